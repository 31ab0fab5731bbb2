//! `cargo xtask package`: a .deb of the desktop app with the media library, made by dpkg-deb alone.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use telestack_testkit::{EnginePaths, project_root};

use super::{build, install, ui};
use crate::{
    catalogue::Catalogue,
    progress,
    shell::{self, command, which},
};

/// What has to be there to run it, by Debian's names; a name of Ubuntu 24.04 and Debian 13 stands behind the bar.
const DEPENDS: &str = "libwebkit2gtk-4.1-0, libgtk-3-0 | libgtk-3-0t64, libasound2 | libasound2t64, \
     libayatana-appindicator3-1, xdg-utils";

const DESKTOP_FILE: &str = "[Desktop Entry]
Type=Application
Name=TeleStack
GenericName=Calls, chat and files
Comment=Calls, encrypted chat, files and people in one window
Comment[de]=Anrufe, verschlüsselte Nachrichten, Dateien und Personen in einem Fenster
Exec=telestack %u
Icon=telestack
Categories=Network;InstantMessaging;VideoConference;
MimeType=x-scheme-handler/telestack;
StartupNotify=true
";

/// # Errors
/// Something does not build, or dpkg-deb is missing.
pub async fn package(debug: bool) -> Result<()> {
    ensure!(which("dpkg-deb").is_some(), "dpkg-deb is not here: packages are made on Debian or Ubuntu");
    install::everything().await?;
    ui::build().await?;
    let profile = if debug { "dev" } else { "release" };
    progress::step(&format!("build telestack ({profile})"), async {
        let mut build = build::binary("telestack");
        build.args(["--profile", profile]);
        shell::run(build).await
    })
    .await?;
    let root = project_root();
    let binary = build::target_folder().join(if debug { "debug" } else { "release" }).join("telestack");
    let made = progress::step("put the package together", assemble(&root, &binary)).await?;
    eprintln!("\n• {}", made.display());
    Ok(())
}

async fn assemble(root: &Path, binary: &Path) -> Result<PathBuf> {
    let catalogue = Catalogue::read(root)?;
    let machine = architecture().await?;
    let version = env!("CARGO_PKG_VERSION");
    let out = root.join("target/package");
    let tree = out.join("tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    put(binary, &tree.join("usr/bin/telestack"), 0o755)?;
    // Where the media host looks; it checks the hash again that this build pins.
    let library = EnginePaths::below(root).ffi_library;
    let pinned = catalogue.ffi.here()?.sha256;
    ensure!(
        crate::catalogue::sha256(&fs::read(&library)?) == pinned,
        "{} is not the pinned one",
        library.display()
    );
    put(&library, &tree.join("usr/lib/telestack/liblivekit_ffi.so"), 0o644)?;
    for (icon, size) in [("32x32.png", 32), ("128x128.png", 128), ("icon.png", 512)] {
        let to = format!("usr/share/icons/hicolor/{size}x{size}/apps/telestack.png");
        put(&root.join("src-tauri/icons").join(icon), &tree.join(to), 0o644)?;
    }
    put(&root.join("LICENSE"), &tree.join("usr/share/doc/telestack/copyright"), 0o644)?;
    write(&tree.join("usr/share/applications/telestack.desktop"), DESKTOP_FILE)?;
    let size = folder_size(&tree)? / 1024;
    let control = format!(
        "Package: telestack\nVersion: {version}\nArchitecture: {machine}\nMaintainer: TeleStack <telestack@localhost>\n\
         Installed-Size: {size}\nDepends: {DEPENDS}\nRecommends: gnome-keyring | libsecret-1-0\nSection: net\nPriority: optional\n\
         Description: Calls, encrypted chat, files and people in one window\n \
         One sign-in for video calls, end-to-end encrypted messages, files and the\n people of an organisation.\n"
    );
    write(&tree.join("DEBIAN/control"), &control)?;
    let package = out.join(format!("telestack_{version}_{machine}.deb"));
    let mut make = command("dpkg-deb");
    make.args(["--root-owner-group", "-Zxz", "--build"]).arg(&tree).arg(&package);
    shell::run(make).await?;
    fs::remove_dir_all(&tree)?;
    Ok(package)
}

async fn architecture() -> Result<String> {
    let mut ask = command("dpkg");
    ask.arg("--print-architecture");
    Ok(shell::output(ask).await.context("dpkg does not name this machine's architecture")?.trim().to_owned())
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(mode))?)
}

fn write(to: &Path, text: &str) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, text)?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(0o644))?)
}

fn folder_size(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        sum +=
            if entry.file_type()?.is_dir() { folder_size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(sum)
}
