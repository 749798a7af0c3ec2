//! Scenes, one file a room.

mod licensing;
