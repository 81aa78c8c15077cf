//! Calls about packages, ODPs, areas and technicians.

use super::{Client, ClientError, Pages, request::segment};
use crate::{
    catalog::{Area, Odp, Package},
    technicians::Technician,
    types::PageQuery,
};
use std::fmt::Display;

impl Client {
    /// Packages.
    pub async fn packages(&self) -> Result<Vec<Package>, ClientError> {
        self.whole("/api/packages").await
    }

    /// ODPs, page by page.
    pub fn odps(&self, page: &PageQuery) -> Pages<Odp> {
        self.pages("/api/odp", page)
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
