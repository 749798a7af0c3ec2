//! Scenes, one file a room.

mod identity;
mod directory;
mod imports;
mod door;
mod licensing;
mod operator;
mod portfolio;
