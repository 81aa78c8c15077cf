//! Multipart bodies, part by part. A file goes to the uploads folder's disk while it comes in, however slowly that is; it
//! is whole in memory only while it is checked and kept, and only so many bytes at once in the whole process.

use super::problem::Problem;
use aglis_core::{
    app::Ctx,
    files::{FileError, Kept, service as files},
};
use axum::{
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use sha2::{Digest, Sha256};
use std::{
    io::{Read, Seek},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{io::AsyncWriteExt, sync::Semaphore};

/// Kibibytes of files that may be whole in memory at once in this process; others wait on the disk.
const TOGETHER_KIB: u32 = 256 << 10;
static MEMORY: Semaphore = Semaphore::const_new(TOGETHER_KIB as usize);

/// What the parts that were read consist of, whatever stands between them: the same form sent again is the same, also
/// with another boundary.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint(Arc<Mutex<Sha256>>);

impl Fingerprint {
    fn add(&self, name: &str, file_name: Option<&str>, content: Sha256) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for text in [Some(name), file_name] {
            all.update(text.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
            all.update(text.unwrap_or_default());
        }
        all.update(content.finalize());
    }

    /// The fingerprint of what was read so far.
    pub fn hex(&self) -> String {
        hex::encode(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize())
    }
}

/// The parts of a form with files.
pub struct Parts {
    multipart: Multipart,
    fingerprint: Fingerprint,
    /// Bytes that fields other than files may still have.
    text_left: usize,
}

impl<S: Send + Sync> FromRequest<S> for Parts {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let fingerprint = request.extensions().get::<Fingerprint>().cloned().unwrap_or_default();
        let text_left = request
            .extensions()
            .get::<Ctx>()
            .map_or(0, |ctx| usize::try_from(ctx.app.config.http.body_max.0).unwrap_or(usize::MAX));
        let multipart = Multipart::from_request(request, state).await.map_err(|rejection| {
            Problem::new(rejection.status(), "unreadable_form", rejection.body_text())
        })?;
        Ok(Parts { multipart, fingerprint, text_left })
    }
}

impl Parts {
    /// The next part; what was not read of the one before is passed over.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, Problem> {
        let Some(field) = self.multipart.next_field().await.map_err(unreadable)? else { return Ok(None) };
        Ok(Some(Part {
            name: field.name().unwrap_or_default().to_owned(),
            file_name: field.file_name().map(str::to_owned),
            field,
            fingerprint: &self.fingerprint,
            text_left: &mut self.text_left,
        }))
    }

    /// Reads everything and keeps nothing of it but the fingerprint.
    pub async fn fingerprint(mut self) -> Result<String, Problem> {
        while let Some(mut part) = self.next().await? {
            let mut content = Sha256::new();
            while let Some(chunk) = part.field.chunk().await.map_err(unreadable)? {
                content.update(&chunk);
            }
            part.fingerprint.add(&part.name, part.file_name.as_deref(), content);
        }
        Ok(self.fingerprint.hex())
    }
}

/// One part.
pub struct Part<'a> {
    /// The field it is for.
    pub name: String,
    /// The name its sender gave it, if it is a file; not to be trusted.
    pub file_name: Option<String>,
    field: Field<'a>,
    fingerprint: &'a Fingerprint,
    text_left: &'a mut usize,
}

impl Part<'_> {
    /// The part as text. All texts of a form together may be as large as a request without files.
    pub async fn text(mut self) -> Result<String, Problem> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.field.chunk().await.map_err(unreadable)? {
            *self.text_left = self.text_left.checked_sub(chunk.len()).ok_or_else(too_large)?;
            bytes.extend_from_slice(&chunk);
        }
        let content = Sha256::new().chain_update(&bytes);
        self.fingerprint.add(&self.name, self.file_name.as_deref(), content);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Checks the part, makes it safe and keeps it; nothing refers to it until it is attached to something. Gives why it
    /// is not taken if the file, or the place where files are kept, is at fault.
    pub async fn keep(mut self, ctx: &Ctx) -> Result<Result<Kept, FileError>, Problem> {
        let limits = files::limits(ctx);
        let limit = limits.photo_bytes.max(limits.video_bytes);
        let file = match ctx.app.files.scratch().await {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        let mut file = tokio::fs::File::from_std(file);
        let (mut size, mut content) = (0, Sha256::new());
        while let Some(chunk) = self.field.chunk().await.map_err(unreadable)? {
            size += chunk.len() as u64;
            if size > limit {
                return Ok(Err(FileError::TooBig { kind: "file", size, limit }));
            }
            content.update(&chunk);
            if let Err(error) = file.write_all(&chunk).await {
                return Ok(Err(error.into()));
            }
        }
        if let Err(error) = file.flush().await {
            return Ok(Err(error.into()));
        }
        self.fingerprint.add(&self.name, self.file_name.as_deref(), content);
        if size == 0 {
            return Ok(Err(FileError::Empty));
        }
        let name = self.file_name.as_deref().unwrap_or_default();
        Ok(whole(ctx, name, file.into_std().await, size).await)
    }
}

/// Keeps a file that has come in whole, when its turn has come to be in memory.
async fn whole(ctx: &Ctx, name: &str, mut file: std::fs::File, size: u64) -> Result<Kept, FileError> {
    let share = u32::try_from(size.div_ceil(1024)).unwrap_or(TOGETHER_KIB).min(TOGETHER_KIB);
    let _share =
        MEMORY.acquire_many(share).await.map_err(|error| FileError::Io(std::io::Error::other(error)))?;
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    });
    let bytes = read.await.map_err(|error| FileError::Io(std::io::Error::other(error)))??;
    files::keep(ctx, name, bytes).await
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than this route accepts")
}

fn unreadable(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::new(error.status(), "unreadable_form", error.body_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fingerprint(boundary: &str, parts: &[(&str, &str)]) -> String {
        let mut body = String::new();
        for (name, text) in parts {
            body += &format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a\"\r\n\r\n{text}\r\n"
            );
        }
        body += &format!("--{boundary}--\r\n");
        let request = Request::builder()
            .header("content-type", format!("multipart/form-data; boundary={boundary}"))
            .body(axum::body::Body::from(body))
            .unwrap();
        Parts::from_request(request, &())
            .await
            .map_err(|p| p.detail)
            .unwrap()
            .fingerprint()
            .await
            .map_err(|p| p.detail)
            .unwrap()
    }

    #[tokio::test]
    async fn the_same_parts_are_the_same_form_between_any_boundaries() {
        let one = fingerprint("one", &[("a", "foto"), ("b", "x")]).await;
        assert_eq!(one, fingerprint("two", &[("a", "foto"), ("b", "x")]).await);
        for other in [
            &[("a", "fotx"), ("b", "x")][..],
            &[("b", "x"), ("a", "foto")],
            &[("a", "foto")],
            &[("ab", "foto"), ("", "x")],
        ] {
            assert_ne!(one, fingerprint("one", other).await, "{other:?}");
        }
    }
}
