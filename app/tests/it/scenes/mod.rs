//! Scenes, one file a room.

mod alerts;
mod audit;
mod backup;
mod books;
mod directory;
mod door;
mod exports;
mod hierarchy;
mod history;
mod identity;
mod imports;
mod kill;
mod licensing;
mod lists;
mod mail_test;
mod moves;
mod moves_random;
mod offboarding;
mod operations;
mod operator;
mod portfolio;
mod purge;
mod reach;
mod retention;
mod seats;
mod undo;
