//! Calls about packages, areas and technicians.

use super::{Client, ClientError, request::segment};
use crate::{
    catalog::{Area, Package},
    technicians::Technician,
};
use std::fmt::Display;

impl Client {
    /// Packages.
    pub async fn packages(&self) -> Result<Vec<Package>, ClientError> {
        self.whole("/api/packages").await
    }

    /// Areas.
    pub async fn areas(&self) -> Result<Vec<Area>, ClientError> {
        self.whole("/api/areas").await
    }

    /// Technicians with their load.
    pub async fn technicians(&self) -> Result<Vec<Technician>, ClientError> {
        self.whole("/api/technicians").await
    }

    /// One technician, by id or sign-in name.
    pub async fn technician(&self, technician: impl Display) -> Result<Technician, ClientError> {
        self.get(&format!("/api/technicians/{}", segment(technician))).send().await
    }
}
