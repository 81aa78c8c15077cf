//! Calls about customers. A customer is named by id or number.

use super::{Client, ClientError, Pages, request::segment};
use crate::{customers::*, tickets::TimelineEntry, types::PageQuery};
use std::fmt::Display;

fn path(customer: impl Display, rest: &str) -> String {
    format!("/api/customers/{}{rest}", segment(customer))
}

impl Client {
    /// The list, page by page.
    pub fn customers(&self, filter: &CustomerFilter) -> Pages<CustomerSummary> {
        self.pages("/api/customers", filter)
    }

    /// One customer; `reveal` shows personal data unmasked, which is recorded.
    pub async fn customer(&self, customer: impl Display, reveal: bool) -> Result<Customer, ClientError> {
        if reveal {
            self.post(&path(customer, "/reveal")).send().await
        } else {
            self.get(&path(customer, "")).send().await
        }
    }

    /// The last 200 things that happened to them and their tickets, the oldest first.
    pub async fn customer_timeline(&self, customer: impl Display) -> Result<Vec<TimelineEntry>, ClientError> {
        let page = PageQuery { limit: Some(200), cursor: None };
        let mut entries = self.pages(&path(customer, "/timeline"), &page).take(200).await?;
        entries.reverse();
        Ok(entries)
    }

    /// Makes a customer.
    pub async fn create_customer(&self, new: &NewCustomer, key: &str) -> Result<Customer, ClientError> {
        self.post("/api/customers").json(new).key(key).send().await
    }

    /// Changes fields.
    pub async fn change_customer(
        &self,
        customer: impl Display,
        change: &CustomerChange,
    ) -> Result<Customer, ClientError> {
        self.patch(&path(customer, "")).json(change).send().await
    }

    /// Changes the account's status.
    pub async fn set_customer_status(
        &self,
        customer: impl Display,
        status: &SetCustomerStatus,
        key: &str,
    ) -> Result<Customer, ClientError> {
        self.post(&path(customer, "/status")).json(status).key(key).send().await
    }

    /// Adds a tag; having it already is no error.
    pub async fn add_tag(&self, customer: impl Display, tag: &str) -> Result<Customer, ClientError> {
        self.put(&path(customer, &format!("/tags/{}", segment(tag)))).send().await
    }

    /// Takes a tag away; not having it is no error.
    pub async fn remove_tag(&self, customer: impl Display, tag: &str) -> Result<Customer, ClientError> {
        self.delete(&path(customer, &format!("/tags/{}", segment(tag)))).send().await
    }
}
