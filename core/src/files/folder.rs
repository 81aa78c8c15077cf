//! The uploads folder. Files are named by their SHA-256 (`ab/cd/<sha256>`), written whole or not at
//! all, and the same content is kept once.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sha2::{Digest, Sha256};

use super::FileError;

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Lower-case hex SHA-256 of the bytes: the name the file is found by.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Whether the folder had it already.
    pub known: bool,
}

/// An uploads folder with a quota. Cheap to clone; all methods do their work on blocking threads.
#[derive(Debug, Clone)]
pub struct Folder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    quota: u64,
    /// Bytes in use, counted from the disk at the first write and kept up to date by this process.
    used: OnceLock<AtomicU64>,
    sequence: AtomicU64,
    /// Held where content that is there already is taken as kept, and where old content is thrown away.
    gate: Mutex<()>,
}

const UNFINISHED: &str = "tmp";
const DAY: Duration = Duration::from_secs(24 * 3600);

impl Folder {
    /// Opens or creates the folder. `quota` is in bytes.
    ///
    /// # Errors
    /// [`FileError::ReadOnly`] and others of the file system.
    pub fn open(root: &Path, quota: u64) -> Result<Self, FileError> {
        let unfinished = root.join(UNFINISHED);
        fs::create_dir_all(&unfinished)?;
        sweep(&unfinished)?;
        let inner = Inner {
            root: root.to_owned(),
            quota,
            used: OnceLock::new(),
            sequence: AtomicU64::new(0),
            gate: Mutex::new(()),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Keeps bytes. When this returns they are on the disk and survive a power cut.
    ///
    /// # Errors
    /// [`FileError::Quota`], [`FileError::DiskFull`], [`FileError::ReadOnly`]; nothing is left behind.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<Stored, FileError> {
        self.blocking(move |inner| inner.put(&bytes)).await
    }

    /// An empty file without a name, on the folder's disk, for what is still coming in. It is gone once it is closed,
    /// also when the process is killed.
    ///
    /// # Errors
    /// [`FileError::DiskFull`], [`FileError::ReadOnly`] and others of the file system.
    pub async fn scratch(&self) -> Result<File, FileError> {
        self.blocking(|inner| {
            let path = inner.unfinished();
            let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
            fs::remove_file(&path)?;
            Ok(file)
        })
        .await
    }

    /// Reads a file and proves that it is unchanged.
    ///
    /// # Errors
    /// [`FileError::Missing`], [`FileError::Corrupt`].
    pub async fn read(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        let name = sha256.to_owned();
        self.blocking(move |inner| {
            let bytes = fs::read(inner.path(&name)?)?;
            if hex::encode(Sha256::digest(&bytes)) != name {
                return Err(FileError::Corrupt);
            }
            Ok(bytes)
        })
        .await
    }

    /// Whether a file is there.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn has(&self, sha256: &str) -> Result<bool, FileError> {
        let name = sha256.to_owned();
        self.blocking(move |inner| Ok(inner.path(&name)?.try_exists()?)).await
    }

    /// Where a file lies, for streaming it out.
    ///
    /// # Errors
    /// [`FileError::Missing`] when the name is no SHA-256.
    pub fn path(&self, sha256: &str) -> Result<PathBuf, FileError> {
        self.inner.path(sha256)
    }

    /// Removes a file that nothing refers to any more. One that is gone already is no error.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn remove(&self, sha256: &str) -> Result<(), FileError> {
        self.remove_older(sha256, Duration::ZERO).await.map(drop)
    }

    /// [`Folder::remove`] for a file that was not put, or put again, since `age` ago; tells whether it was removed.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn remove_older(&self, sha256: &str, age: Duration) -> Result<bool, FileError> {
        let name = sha256.to_owned();
        self.blocking(move |inner| {
            let path = inner.path(&name)?;
            let used = inner.used()?;
            let _gate = inner.gate.lock().unwrap_or_else(PoisonError::into_inner);
            let data = match fs::metadata(&path) {
                Ok(data) => data,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            if !is_older(&data, age) {
                return Ok(false);
            }
            fs::remove_file(&path)?;
            used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                Some(used.saturating_sub(data.len()))
            })
            .ok();
            Ok(true)
        })
        .await
    }

    /// The names of the files that were last put before `age` ago and whose name begins with a byte (`shard`).
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn older(&self, shard: u8, age: Duration) -> Result<Vec<String>, FileError> {
        self.blocking(move |inner| {
            let mut names = Vec::new();
            let folders = match fs::read_dir(inner.root.join(format!("{shard:02x}"))) {
                Ok(folders) => folders,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
                Err(error) => return Err(error.into()),
            };
            for folder in folders {
                for file in fs::read_dir(folder?.path())? {
                    let file = file?;
                    let name = file.file_name().to_string_lossy().into_owned();
                    if inner.path(&name).is_ok() && is_older(&file.metadata()?, age) {
                        names.push(name);
                    }
                }
            }
            Ok(names)
        })
        .await
    }

    /// Bytes in use and the quota.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn usage(&self) -> Result<(u64, u64), FileError> {
        self.blocking(|inner| Ok((inner.used()?.load(Ordering::Relaxed), inner.quota))).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, FileError> + Send + 'static,
    ) -> Result<T, FileError> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .map_err(|_| FileError::Io(io::Error::other("the file task was stopped")))?
    }
}

impl Inner {
    /// Only 64 lower-case hex digits make a path, so that no name from outside can leave the folder.
    fn path(&self, sha256: &str) -> Result<PathBuf, FileError> {
        let good = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !good {
            return Err(FileError::Missing);
        }
        Ok(self.root.join(&sha256[..2]).join(&sha256[2..4]).join(sha256))
    }

    fn put(&self, bytes: &[u8]) -> Result<Stored, FileError> {
        if bytes.is_empty() {
            return Err(FileError::Empty);
        }
        let size = bytes.len() as u64;
        let sha256 = hex::encode(Sha256::digest(bytes));
        let path = self.path(&sha256)?;
        if self.is_there(&path, size)? {
            sync_parents(&path)?;
            return Ok(Stored { sha256, size, known: true });
        }
        let used = self.used()?;
        let before = used.fetch_add(size, Ordering::Relaxed);
        let written = if before.saturating_add(size) > self.quota {
            Err(FileError::Quota { used: before, limit: self.quota })
        } else {
            self.write(&path, bytes)
        };
        if let Err(error) = written {
            used.fetch_sub(size, Ordering::Relaxed);
            return Err(error);
        }
        Ok(Stored { sha256, size, known: false })
    }

    /// Whether the content is there already; it is as good as new then, so that nobody takes it for left over.
    fn is_there(&self, path: &Path, size: u64) -> Result<bool, FileError> {
        let _gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        if !fs::metadata(path).is_ok_and(|data| data.len() == size) {
            return Ok(false);
        }
        #[allow(
            clippy::disallowed_methods,
            reason = "compared with the file system's times, not with the business's"
        )]
        let now = std::time::SystemTime::now();
        File::options().append(true).open(path)?.set_modified(now)?;
        Ok(true)
    }

    /// Temporary file, fsync, rename, fsync of the folders: a crash leaves the old state or the new.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let unfinished = self.unfinished();
        let result = (|| {
            let mut file = File::create(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::create_dir_all(parents(path)?.1)?;
            fs::rename(&unfinished, path)?;
            sync_parents(path)?;
            sync(&self.root)
        })();
        if result.is_err() {
            fs::remove_file(&unfinished).ok();
        }
        Ok(result?)
    }

    /// A path for a file that is not whole yet.
    fn unfinished(&self) -> PathBuf {
        let number = self.sequence.fetch_add(1, Ordering::Relaxed);
        self.root.join(UNFINISHED).join(format!("{}-{number}", std::process::id()))
    }

    fn used(&self) -> Result<&AtomicU64, FileError> {
        if let Some(used) = self.used.get() {
            return Ok(used);
        }
        let bytes = count(&self.root)?;
        Ok(self.used.get_or_init(|| AtomicU64::new(bytes)))
    }
}

fn parents(path: &Path) -> io::Result<(&Path, &Path)> {
    let second = path.parent();
    second
        .and_then(Path::parent)
        .zip(second)
        .ok_or_else(|| io::Error::other("the uploads folder has no parent"))
}

fn sync_parents(path: &Path) -> io::Result<()> {
    let (first, second) = parents(path)?;
    sync(second)?;
    sync(first)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes what a crash left half-written, old enough that no other process is at it.
fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.metadata().is_ok_and(|data| is_older(&data, DAY)) {
            fs::remove_file(entry.path()).ok();
        }
    }
    Ok(())
}

fn is_older(data: &fs::Metadata, age: Duration) -> bool {
    // A time in the future is not old.
    age.is_zero() || data.modified().ok().and_then(|time| time.elapsed().ok()).is_some_and(|old| old > age)
}

fn count(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(data) if data.is_dir() => count(&entry.path())?,
            Ok(data) => data.len(),
            // Another upload was finished meanwhile, and is counted where it went or by whoever put it there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(quota: u64) -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(&dir.path().join("uploads"), quota).unwrap();
        (dir, folder)
    }

    #[tokio::test]
    async fn what_was_put_is_found_once_under_its_hash() {
        let (_dir, folder) = folder(1000);
        let stored = folder.put(b"foto".to_vec()).await.unwrap();
        assert!(!stored.known);
        assert!(folder.put(b"foto".to_vec()).await.unwrap().known);
        let path = folder.path(&stored.sha256).unwrap();
        let tail = format!("{}/{}/{}", &stored.sha256[..2], &stored.sha256[2..4], stored.sha256);
        assert!(path.ends_with(tail));
        assert_eq!(folder.read(&stored.sha256).await.unwrap(), b"foto");
        assert_eq!(folder.usage().await.unwrap(), (4, 1000));
        folder.remove(&stored.sha256).await.unwrap();
        folder.remove(&stored.sha256).await.unwrap();
        assert!(matches!(folder.read(&stored.sha256).await, Err(FileError::Missing)));
        assert_eq!(folder.usage().await.unwrap().0, 0);
    }

    #[tokio::test]
    async fn the_first_files_may_come_all_at_once() {
        for _ in 0..20 {
            let (_kept, folder) = folder(1 << 20);
            let put = || folder.put(b"the same photo, tapped twice".to_vec());
            for put in futures_util::future::join_all((0..8).map(|_| put())).await {
                put.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn what_was_put_again_is_not_old() {
        let (_dir, folder) = folder(1000);
        let sha256 = folder.put(b"foto".to_vec()).await.unwrap().sha256;
        let shard = u8::from_str_radix(&sha256[..2], 16).unwrap();
        let file = File::options().append(true).open(folder.path(&sha256).unwrap()).unwrap();
        let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000);
        file.set_modified(long_ago).unwrap();
        assert_eq!(folder.older(shard, DAY).await.unwrap(), std::slice::from_ref(&sha256));
        assert!(folder.older(shard.wrapping_add(1), DAY).await.unwrap().is_empty());
        folder.put(b"foto".to_vec()).await.unwrap();
        assert!(folder.older(shard, DAY).await.unwrap().is_empty());
        assert!(!folder.remove_older(&sha256, DAY).await.unwrap());
        file.set_modified(long_ago).unwrap();
        assert!(folder.remove_older(&sha256, DAY).await.unwrap());
        assert_eq!(folder.usage().await.unwrap().0, 0);
    }

    #[tokio::test]
    async fn what_is_still_coming_in_leaves_nothing_behind() {
        let (dir, folder) = folder(1000);
        let mut file = folder.scratch().await.unwrap();
        file.write_all(b"half a photo").unwrap();
        assert_eq!(fs::read_dir(dir.path().join("uploads").join(UNFINISHED)).unwrap().count(), 0);
        assert_eq!(folder.usage().await.unwrap().0, 0);
    }

    #[tokio::test]
    async fn names_from_outside_cannot_leave_the_folder() {
        let (_dir, folder) = folder(1000);
        let upper = "A".repeat(64);
        for name in ["../../etc/passwd", "", "ab", upper.as_str(), "é"] {
            assert!(matches!(folder.read(name).await, Err(FileError::Missing)), "{name}");
        }
    }

    #[tokio::test]
    async fn the_quota_counts_what_was_there_before() {
        let (dir, first) = folder(10);
        first.put(b"12345678".to_vec()).await.unwrap();
        let again = Folder::open(&dir.path().join("uploads"), 10).unwrap();
        let error = again.put(b"abc".to_vec()).await.unwrap_err();
        assert!(matches!(error, FileError::Quota { used: 8, limit: 10 }), "{error:?}");
        again.put(b"ab".to_vec()).await.unwrap();
    }

    #[tokio::test]
    async fn a_changed_byte_is_noticed() {
        let (_dir, folder) = folder(1000);
        let stored = folder.put(b"foto".to_vec()).await.unwrap();
        fs::write(folder.path(&stored.sha256).unwrap(), b"fotx").unwrap();
        assert!(matches!(folder.read(&stored.sha256).await, Err(FileError::Corrupt)));
    }

    #[tokio::test]
    async fn a_failed_write_leaves_nothing_and_says_why() {
        let (dir, folder) = folder(1000);
        let root = dir.path().join("uploads");
        fs::remove_dir_all(root.join(UNFINISHED)).unwrap();
        assert!(folder.put(b"foto".to_vec()).await.is_err());
        assert_eq!(folder.usage().await.unwrap().0, 0);
        assert_eq!(FileError::from(io::Error::from(io::ErrorKind::StorageFull)).code(), "disk_full");
        assert_eq!(
            FileError::from(io::Error::from(io::ErrorKind::ReadOnlyFilesystem)).code(),
            "uploads_read_only"
        );
    }
}
