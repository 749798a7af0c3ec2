//! The table of floors: `| 9 | channel, billing, reports |`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::read;

/// Which floor each room stands on.
pub struct Floors(BTreeMap<String, u32>);

impl Floors {
    /// Reads the table from ARCHITECTURE.md.
    pub fn read(root: &Path) -> Result<Self, String> {
        let floors = Self::parse(&read(&root.join("ARCHITECTURE.md"))?);
        if floors.0.is_empty() {
            return Err("ARCHITECTURE.md holds no table of floors (`| 2 | licensing |`)".to_owned());
        }
        Ok(floors)
    }

    /// Every row whose first cell is a number; what stands in brackets is prose.
    pub fn parse(page: &str) -> Self {
        let mut floors = BTreeMap::new();
        for line in page.lines() {
            let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
            let [floor, rooms] = cells[..] else { continue };
            let Ok(floor) = floor.parse::<u32>() else {
                continue;
            };
            for room in without_brackets(rooms).split(',').map(|room| room.trim().trim_matches('`')) {
                floors.insert(room.to_owned(), floor);
            }
        }
        Self(floors)
    }

    /// The floor of a room, `None` for what is no room.
    pub fn of(&self, room: &str) -> Option<u32> {
        self.0.get(room).copied()
    }
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(letter),
            _ => {}
        }
    }
    out
}
