//! Scenes, one file a room.

mod alerts;
mod audit;
mod hierarchy;
mod identity;
mod directory;
mod imports;
mod door;
mod licensing;
mod operator;
mod portfolio;
