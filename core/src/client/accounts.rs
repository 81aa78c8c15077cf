//! Calls about staff accounts, sessions and API tokens.

use super::{Client, ClientError, Pages, request::segment};
use crate::{
    accounts::*,
    types::{PageQuery, TokenId},
};
use serde_json::json;
use std::fmt::Display;

impl Client {
    /// Who the daemon takes us for, and what we may do.
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.get("/api/auth/me").send().await
    }

    /// Staff accounts, page by page.
    pub fn users(&self, page: &PageQuery) -> Pages<User> {
        self.pages("/api/users", page)
    }

    /// One account, by id or sign-in name.
    pub async fn user(&self, user: impl Display) -> Result<User, ClientError> {
        self.get(&format!("/api/users/{}", segment(user))).send().await
    }

    /// Makes an account.
    pub async fn create_user(&self, new: &NewUser, key: &str) -> Result<User, ClientError> {
        self.post("/api/users").json(new).key(key).send().await
    }

    /// Changes an account.
    pub async fn change_user(&self, user: impl Display, change: &UserChange) -> Result<User, ClientError> {
        self.patch(&format!("/api/users/{}", segment(user))).json(change).send().await
    }

    /// Lifts a lock-out.
    pub async fn unlock_user(&self, user: impl Display, key: &str) -> Result<User, ClientError> {
        self.post(&format!("/api/users/{}/unlock", segment(user))).key(key).send().await
    }

    /// Sets a new password for somebody, who must change it at the next sign-in.
    pub async fn set_password(
        &self,
        user: impl Display,
        password: &str,
        key: &str,
    ) -> Result<(), ClientError> {
        let path = format!("/api/users/{}/password", segment(user));
        self.post(&path).json(&json!({ "password": password })).key(key).done().await
    }

    /// API tokens.
    pub async fn tokens(&self) -> Result<Vec<Token>, ClientError> {
        self.get("/api/tokens").send().await
    }

    /// Makes a token; its secret comes this once.
    pub async fn create_token(&self, new: &NewToken, key: &str) -> Result<CreatedToken, ClientError> {
        self.post("/api/tokens").json(new).key(key).send().await
    }

    /// Ends a token.
    pub async fn revoke_token(&self, token: TokenId) -> Result<(), ClientError> {
        self.delete(&format!("/api/tokens/{token}")).done().await
    }
}
