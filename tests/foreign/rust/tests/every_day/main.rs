//! What a program on a server does every day, one story for each service. This SDK is strict on types and enums.

mod account;
mod data;
mod files;
mod looks;
mod messages;
mod people;
mod project;
mod routes;
