//! A logo as it is kept. Whatever was sent is read as a picture and written anew as a PNG: what we serve from our own
//! origin is then pixels, without the sender's metadata and without anything a browser could run. No I/O.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits, imageops::FilterType};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Bytes of a file at most.
pub const MOST: usize = 1024 * 1024;
/// Pixels a side that are read at most: a small file can hold a huge picture.
const READ: u32 = 4_096;
/// Pixels a side that are kept at most. The largest place a logo is drawn in is a tenth of it.
const KEPT: u32 = 512;
/// Bytes that reading may take.
const MEMORY: u64 = 96 * 1024 * 1024;

/// A logo, ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// The PNG. Its hash stands for it wherever the command is written down.
    #[serde(skip)]
    pub png: Vec<u8>,
    /// SHA-256 of the PNG, hexadecimal.
    pub hash: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Why a file is no logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing was sent.
    Empty,
    /// More than [`MOST`] bytes.
    TooLarge,
    /// An SVG: a drawing that may hold programs.
    Drawing,
    /// Not PNG, JPEG or WebP.
    Unknown,
    /// It cannot be read to its end.
    Broken,
    /// More pixels than are read.
    TooManyPixels,
}

impl Unfit {
    /// All of them.
    pub const ALL: [Unfit; 6] = [Unfit::Empty, Unfit::TooLarge, Unfit::Drawing, Unfit::Unknown, Unfit::Broken, Unfit::TooManyPixels];

    /// The machine word; `hierarchy-logo-{word}` is its sentence.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Unfit::Empty => "empty",
            Unfit::TooLarge => "too-large",
            Unfit::Drawing => "svg-refused",
            Unfit::Unknown => "not-a-picture",
            Unfit::Broken => "broken-picture",
            Unfit::TooManyPixels => "too-many-pixels",
        }
    }
}

/// Reads a file, makes it small enough and writes it as a PNG.
///
/// # Errors
/// Why the file is no logo.
pub fn read(bytes: &[u8]) -> Result<Picture, Unfit> {
    if bytes.is_empty() {
        return Err(Unfit::Empty);
    }
    if bytes.len() > MOST {
        return Err(Unfit::TooLarge);
    }
    let image = decode(bytes)?;
    let image = if image.width().max(image.height()) > KEPT { image.resize(KEPT, KEPT, FilterType::Lanczos3) } else { image };
    let mut png = Vec::new();
    // Through plain pixels, so that colour profiles and text chunks stay behind.
    DynamicImage::ImageRgba8(image.to_rgba8()).write_to(&mut Cursor::new(&mut png), ImageFormat::Png).map_err(|_| Unfit::Broken)?;
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&png));
    Ok(Picture { png, hash, width: image.width(), height: image.height() })
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, Unfit> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Unfit::Broken)?;
    let known = reader.format().is_some_and(|f| matches!(f, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP));
    if !known {
        return Err(if is_drawing(bytes) { Unfit::Drawing } else { Unfit::Unknown });
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(READ);
    limits.max_image_height = Some(READ);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => Unfit::TooManyPixels,
        _ => Unfit::Broken,
    })
}

fn is_drawing(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4_096)]).to_ascii_lowercase();
    head.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let image = DynamicImage::new_rgb8(width, height);
        image.write_to(&mut Cursor::new(&mut bytes), format).expect("written");
        bytes
    }

    #[test]
    fn every_format_becomes_a_small_png() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let picture = read(&file(1_200, 300, format)).expect("a picture");
            assert_eq!((picture.width, picture.height), (512, 128), "{format:?}");
            assert!(picture.png.starts_with(b"\x89PNG") && picture.hash.len() == 64);
            assert_eq!(read(&picture.png), Ok(picture), "what is kept reads as itself");
        }
    }

    #[test]
    fn what_is_no_logo_says_why() {
        let png = file(64, 64, ImageFormat::Png);
        assert_eq!(read(b""), Err(Unfit::Empty));
        assert_eq!(read(&vec![0; MOST + 1]), Err(Unfit::TooLarge));
        assert_eq!(read(br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>"#), Err(Unfit::Drawing));
        assert_eq!(read(b"GIF89a\x01\x00\x01\x00"), Err(Unfit::Unknown));
        assert_eq!(read(b"%PDF-1.7"), Err(Unfit::Unknown));
        assert_eq!(read(&png[..png.len() / 2]), Err(Unfit::Broken));
        assert_eq!(read(&file(4_097, 1, ImageFormat::Png)), Err(Unfit::TooManyPixels));
    }
}
