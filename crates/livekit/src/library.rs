//! Loading the library and talking to it.

use std::{
    ffi::{c_char, c_void},
    fs, io,
    path::Path,
    ptr, slice,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use prost::Message as _;
use tokio::sync::oneshot;

use crate::{
    dispatch::{Answer, Dispatch, Waiter},
    error::{LoadError, RtcError},
    proto::{FfiEvent, FfiRequest, FfiResponse, ffi_request, ffi_response},
};

/// The loaded library. A copy costs nothing; it stays loaded until the process ends.
#[derive(Debug, Clone, Copy)]
pub struct Library(pub(crate) &'static Inner);

impl Library {
    /// Loads the library when its sha256 (hexadecimal) is the expected one. A second call gives the first one's
    /// library again.
    ///
    /// # Errors
    /// The file is missing, another one, or not loadable; in none of these cases has anything of it run.
    pub fn load(path: &Path, expected_sha256: &str) -> Result<Self, LoadError> {
        static LOADING: Mutex<()> = Mutex::new(());
        let bytes = fs::read(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => LoadError::Missing(path.to_path_buf()),
            _ => LoadError::NotLoadable(error.to_string()),
        })?;
        let found = hex::encode(digest(&SHA256, &bytes));
        drop(bytes);
        if !found.eq_ignore_ascii_case(expected_sha256) {
            return Err(LoadError::WrongHash { expected: expected_sha256.to_owned(), found });
        }
        let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = NATIVE.get() {
            return if loaded.sha256 == found {
                Ok(Self(&loaded.inner))
            } else {
                Err(LoadError::NotLoadable("another one is in use already".to_owned()))
            };
        }
        let native = Native::open(path)?;
        let initialize = native.initialize;
        let Loaded { inner, .. } =
            NATIVE.get_or_init(|| Loaded { sha256: found, inner: Inner::new(Box::new(native)) });
        // SAFETY: the signature is the library's, and both texts end with a zero byte and live for ever. The callback
        // may run from now on; it finds `NATIVE` set.
        unsafe { initialize(on_event, true, c"rust".as_ptr(), VERSION.as_ptr()) };
        Ok(Self(inner))
    }

    /// Closes every room and ends the library's threads; for the end of the process. Blocks until done. Nothing of
    /// the library works afterwards.
    pub fn dispose(self) {
        if !self.0.disposed.swap(true, Ordering::SeqCst) {
            self.0.ffi.dispose();
        }
    }
}

/// Named to the server.
const VERSION: &std::ffi::CStr = c"0.13.2";

struct Loaded {
    sha256: String,
    inner: Inner,
}

/// One at most: the library keeps one callback.
static NATIVE: OnceLock<Loaded> = OnceLock::new();

extern "C" fn on_event(data: *const u8, len: usize) {
    if data.is_null() || len == 0 {
        return;
    }
    // SAFETY: the library lends `len` bytes for the time of this call.
    let bytes = unsafe { slice::from_raw_parts(data, len) };
    if let (Some(Loaded { inner, .. }), Ok(event)) = (NATIVE.get(), FfiEvent::decode(bytes)) {
        inner.dispatch.event(inner, event);
    }
}

/// What stands behind the protocol: the library, or a fake of it.
pub(crate) trait Ffi: Send + Sync {
    /// None when the request was refused.
    fn request(&self, request: &[u8]) -> Option<FfiResponse>;
    fn drop_handle(&self, id: u64);
    fn dispose(&self);
}

type InitializeFn = unsafe extern "C" fn(extern "C" fn(*const u8, usize), bool, *const c_char, *const c_char);
type RequestFn = unsafe extern "C" fn(*const u8, usize, *mut *const u8, *mut usize) -> u64;
type DropHandleFn = unsafe extern "C" fn(u64) -> bool;
type DisposeFn = unsafe extern "C" fn();

struct Native {
    initialize: InitializeFn,
    request: RequestFn,
    drop_handle: DropHandleFn,
    dispose: DisposeFn,
}

impl Native {
    fn open(path: &Path) -> Result<Self, LoadError> {
        let wrong = |error: libloading::Error| LoadError::NotLoadable(error.to_string());
        // SAFETY: the file is the pinned one, whose initialisers do nothing but set up its own statics.
        let library = unsafe { libloading::Library::new(path) }.map_err(wrong)?;
        // SAFETY: the signatures are those of the pinned version's C interface. The pointers stay valid because the
        // library is never unloaded: its threads outlive any owner.
        let native = unsafe {
            Self {
                initialize: *library.get::<InitializeFn>(c"livekit_ffi_initialize").map_err(wrong)?,
                request: *library.get::<RequestFn>(c"livekit_ffi_request").map_err(wrong)?,
                drop_handle: *library.get::<DropHandleFn>(c"livekit_ffi_drop_handle").map_err(wrong)?,
                dispose: *library.get::<DisposeFn>(c"livekit_ffi_dispose").map_err(wrong)?,
            }
        };
        std::mem::forget(library);
        Ok(native)
    }
}

impl Ffi for Native {
    fn request(&self, request: &[u8]) -> Option<FfiResponse> {
        let mut data = ptr::null();
        let mut len = 0;
        // SAFETY: the library reads the request and writes the two results during the call. Pointers inside of
        // requests are to memory that the caller of this function borrows for the same time.
        let handle = unsafe { (self.request)(request.as_ptr(), request.len(), &raw mut data, &raw mut len) };
        if handle == 0 || data.is_null() {
            return None;
        }
        // SAFETY: the response lives until its handle is dropped, below.
        let response = FfiResponse::decode(unsafe { slice::from_raw_parts(data, len) });
        self.drop_handle(handle);
        response.ok()
    }

    fn drop_handle(&self, id: u64) {
        // SAFETY: any number is allowed; unknown ones are ignored.
        unsafe { (self.drop_handle)(id) };
    }

    fn dispose(&self) {
        // SAFETY: takes no arguments; not called from the callback, because `Library::dispose` is not.
        unsafe { (self.dispose)() };
    }
}

pub(crate) struct Inner {
    ffi: Box<dyn Ffi>,
    pub(crate) dispatch: Dispatch,
    next_id: AtomicU64,
    disposed: AtomicBool,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Library")
    }
}

impl Inner {
    pub(crate) fn new(ffi: Box<dyn Ffi>) -> Self {
        // Far from the library's own numbers, so that no answer is taken for another.
        let next_id = AtomicU64::new(1 << 40);
        Self { ffi, dispatch: Dispatch::default(), next_id, disposed: AtomicBool::new(false) }
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// A request that is answered at once.
    pub(crate) fn request(
        &self,
        what: &'static str,
        message: ffi_request::Message,
    ) -> Result<ffi_response::Message, RtcError> {
        if self.disposed.load(Ordering::SeqCst) {
            return Err(RtcError::Disposed);
        }
        let bytes = FfiRequest { message: Some(message) }.encode_to_vec();
        self.ffi.request(&bytes).and_then(|response| response.message).ok_or(RtcError::Refused(what))
    }

    /// A request whose answer comes by the callback. The number in the message must be `id`.
    pub(crate) async fn ask(
        &self,
        what: &'static str,
        id: u64,
        message: ffi_request::Message,
        limit: Duration,
    ) -> Result<Answer, RtcError> {
        let (sender, receiver) = oneshot::channel();
        // Before the request: the answer may come before the request returns.
        self.dispatch.wait(id, Waiter::Answer(sender));
        let _forget = Forget { dispatch: &self.dispatch, id };
        self.request(what, message)?;
        match tokio::time::timeout(limit, receiver).await {
            Ok(Ok(answer)) => answer.map_err(RtcError::Failed),
            Ok(Err(_)) => Err(RtcError::Disposed),
            Err(_) => Err(RtcError::TimedOut(what)),
        }
    }

    pub(crate) fn drop_handle(&self, id: u64) {
        // Disposing has dropped all of them.
        if !self.disposed.load(Ordering::SeqCst) {
            self.ffi.drop_handle(id);
        }
    }
}

/// Takes the waiter away when whoever waited is gone; a late answer then gives back what it carries.
struct Forget<'a> {
    dispatch: &'a Dispatch,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.dispatch.forget(self.id);
    }
}

/// The address that a message carries.
pub(crate) fn address<T>(data: *const T) -> u64 {
    data.cast::<c_void>().addr() as u64
}
