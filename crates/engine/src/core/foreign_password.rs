//! Hashes of passwords that were made by other systems. Each is used once: with the password in hand, ours is made.

use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use argon2::password_hash::PasswordHash;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::Md5;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

use super::error::{ApiError, ApiResult};

/// Bytes that checking one scrypt hash may take.
const MEMORY: u64 = 256 * 1024 * 1024;

/// Rounds of bcrypt, as a power of two: some seconds.
const MOST_ROUNDS: u32 = 16;

/// What is needed to check a password; kept as JSON where otherwise our own hash is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Foreign {
    Bcrypt {
        hash: String,
    },
    Md5 {
        hash: String,
    },
    Sha {
        version: String,
        hash: String,
    },
    Phpass {
        hash: String,
    },
    Scrypt {
        hash: String,
        salt: String,
        cpu: u64,
        memory: u32,
        parallel: u32,
        length: usize,
    },
    /// Firebase's way.
    ScryptModified {
        hash: String,
        salt: String,
        separator: String,
        signer: String,
    },
}

impl Foreign {
    pub fn read(text: &str) -> Option<Self> {
        text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
    }

    /// As it is kept; refused where no password could ever fit.
    pub fn keep(self) -> ApiResult<String> {
        let valid = match &self {
            Self::Bcrypt { hash } => {
                let rounds = hash.get(4..6).and_then(|rounds| rounds.parse::<u32>().ok());
                hash.len() == 60
                    && hash.starts_with("$2")
                    && rounds.is_some_and(|rounds| rounds <= MOST_ROUNDS)
            }
            Self::Md5 { hash } => is_hex(hash, 16),
            Self::Sha { version, hash } => sha(version, "").is_some_and(|other| is_hex(hash, other.len())),
            Self::Phpass { hash } => phpass("", hash).is_some(),
            Self::Scrypt { cpu, memory, parallel, length, .. } => {
                scrypt_params(*cpu, *memory, *parallel).is_some() && (16..=1024).contains(length)
            }
            Self::ScryptModified { hash, .. } => self.scrypt_modified("").is_some_and(|other| {
                !other.is_empty() && STANDARD.decode(hash).is_ok_and(|hash| hash.len() == other.len())
            }),
        };
        if !valid {
            return Err(ApiError::argument(
                "The password is no hash of this kind, or its options are not valid.",
            ));
        }
        serde_json::to_string(&self).map_err(|_| ApiError::argument("The hash cannot be kept."))
    }

    pub fn verify(&self, password: &str) -> bool {
        let same = |computed: Option<Vec<u8>>, hash: &str| {
            computed.is_some_and(|computed| hex::encode(computed).eq_ignore_ascii_case(hash))
        };
        match self {
            Self::Bcrypt { hash } => bcrypt::verify(password, hash).unwrap_or(false),
            Self::Md5 { hash } => same(Some(Md5::digest(password).to_vec()), hash),
            Self::Sha { version, hash } => same(sha(version, password), hash),
            Self::Phpass { hash } => phpass(password, hash).is_some_and(|computed| computed == hash[12..]),
            Self::Scrypt { hash, salt, cpu, memory, parallel, length } => {
                let computed = scrypt_params(*cpu, *memory, *parallel).and_then(|params| {
                    let mut output = vec![0; *length];
                    scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut output).ok()?;
                    Some(output)
                });
                same(computed, hash)
            }
            Self::ScryptModified { hash, .. } => {
                self.scrypt_modified(password).is_some_and(|computed| STANDARD.encode(computed) == *hash)
            }
        }
    }

    /// Names what checking costs: hashes of one name cost the same. Nothing where it is next to nothing.
    pub fn way(&self) -> Option<String> {
        match self {
            Self::Md5 { .. } | Self::Sha { .. } => None,
            Self::Bcrypt { hash } => Some(format!("bcrypt {}", hash.get(4..6)?)),
            Self::Phpass { hash } => Some(format!("phpass {}", hash.get(3..4)?)),
            Self::Scrypt { cpu, memory, parallel, length, .. } => {
                Some(format!("scrypt {cpu} {memory} {parallel} {length}"))
            }
            Self::ScryptModified { .. } => Some("scrypt-modified".to_owned()),
        }
    }

    pub fn describe(&self) -> (&'static str, Value) {
        match self {
            Self::Bcrypt { .. } => ("bcrypt", json!({ "type": "bcrypt" })),
            Self::Md5 { .. } => ("md5", json!({ "type": "md5" })),
            Self::Sha { version, .. } => ("sha", json!({ "type": "sha", "version": version })),
            Self::Phpass { .. } => ("phpass", json!({ "type": "phpass" })),
            Self::Scrypt { cpu, memory, parallel, length, .. } => (
                "scrypt",
                json!({
                    "type": "scrypt",
                    "costCpu": cpu,
                    "costMemory": memory,
                    "costParallel": parallel,
                    "length": length,
                }),
            ),
            // The signer's key is a secret of the system that the hash comes from.
            Self::ScryptModified { salt, separator, .. } => (
                "scryptMod",
                json!({ "type": "scryptMod", "salt": salt, "saltSeparator": separator, "signerKey": "" }),
            ),
        }
    }

    /// scrypt of the password makes a key, and the signer's key encrypted with it is the hash.
    fn scrypt_modified(&self, password: &str) -> Option<Vec<u8>> {
        let Self::ScryptModified { salt, separator, signer, .. } = self else { return None };
        let mut salt = STANDARD.decode(salt).ok()?;
        salt.extend(STANDARD.decode(separator).ok()?);
        let mut text = STANDARD.decode(signer).ok()?;
        let mut key = [0; 64];
        scrypt::scrypt(password.as_bytes(), &salt, &scrypt::Params::new(14, 8, 1, 64).ok()?, &mut key)
            .ok()?;
        let mut cipher = ctr::Ctr128BE::<aes::Aes256>::new_from_slices(&key[..32], &[0; 16]).ok()?;
        cipher.apply_keystream(&mut text);
        Some(text)
    }
}

/// An Argon2 hash of any kind and cost is kept as it is.
pub fn check_argon2(hash: &str) -> ApiResult<String> {
    let known = PasswordHash::new(hash).is_ok_and(|parsed| {
        let cost = argon2::Params::try_from(&parsed).map(|params| u64::from(params.m_cost()) * 1024);
        parsed.algorithm.as_str().starts_with("argon2") && cost.is_ok_and(|bytes| bytes <= MEMORY)
    });
    if known { Ok(hash.to_owned()) } else { Err(ApiError::argument("The password is no Argon2 hash.")) }
}

fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn sha(version: &str, password: &str) -> Option<Vec<u8>> {
    Some(match version {
        "sha1" => Sha1::digest(password).to_vec(),
        "sha224" => Sha224::digest(password).to_vec(),
        "sha256" => Sha256::digest(password).to_vec(),
        "sha384" => Sha384::digest(password).to_vec(),
        "sha512/224" => Sha512_224::digest(password).to_vec(),
        "sha512/256" => Sha512_256::digest(password).to_vec(),
        "sha512" => Sha512::digest(password).to_vec(),
        "sha3-224" => Sha3_224::digest(password).to_vec(),
        "sha3-256" => Sha3_256::digest(password).to_vec(),
        "sha3-384" => Sha3_384::digest(password).to_vec(),
        "sha3-512" => Sha3_512::digest(password).to_vec(),
        _ => return None,
    })
}

/// The cost is the number of rounds, a power of two; Appwrite calls the block size memory.
fn scrypt_params(cpu: u64, memory: u32, parallel: u32) -> Option<scrypt::Params> {
    let bytes = cpu.checked_mul(u64::from(memory))?.checked_mul(128)?;
    let fits = cpu.is_power_of_two() && bytes <= MEMORY && (1..=16).contains(&parallel);
    let log = u8::try_from(cpu.trailing_zeros()).ok()?;
    fits.then(|| scrypt::Params::new(log, memory, parallel, 32).ok()).flatten()
}

/// The 22 characters behind setting and salt of a portable PHPass hash (`$P$B` + 8 of salt).
fn phpass(password: &str, hash: &str) -> Option<String> {
    const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let known = hash.is_ascii() && hash.len() == 34 && (hash.starts_with("$P$") || hash.starts_with("$H$"));
    let log = ALPHABET.iter().position(|letter| known && *letter == hash.as_bytes()[3])?;
    if !(7..=24).contains(&log) {
        return None;
    }
    let mut digest = Md5::new().chain_update(&hash[4..12]).chain_update(password).finalize();
    for _ in 0..1_u32 << log {
        digest = Md5::new().chain_update(digest).chain_update(password).finalize();
    }
    // Six bits a letter, the lowest first, three bytes at a time.
    let letters = digest.chunks(3).flat_map(|bytes| {
        let word = bytes.iter().rev().fold(0_usize, |word, byte| word << 8 | usize::from(*byte));
        (0..=bytes.len()).map(move |index| char::from(ALPHABET[word >> (6 * index) & 63]))
    });
    Some(letters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        text.to_owned()
    }

    /// Hashes as Appwrite's and others' documentation and test vectors give them.
    #[test]
    fn the_right_password_fits_hashes_of_every_kind() {
        let known = [
            ("appwrite", Foreign::Md5 { hash: text("144fa7eaa4904e8ee120651997f70dcc") }),
            ("test12345", Foreign::Phpass { hash: text("$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0") }),
            (
                "U*U",
                Foreign::Bcrypt {
                    hash: text("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
                },
            ),
            (
                "abc",
                Foreign::Sha {
                    version: text("sha1"),
                    hash: text("a9993e364706816aba3e25717850c26c9cd0d89d"),
                },
            ),
            (
                "abc",
                Foreign::Sha {
                    version: text("sha3-256"),
                    hash: text("3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
                },
            ),
            (
                "pleaseletmein",
                Foreign::Scrypt {
                    hash: text(
                        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
                         d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
                    ),
                    salt: text("SodiumChloride"),
                    cpu: 16384,
                    memory: 8,
                    parallel: 1,
                    length: 64,
                },
            ),
            (
                "user1password",
                Foreign::ScryptModified {
                    hash: text(
                        "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
                    ),
                    salt: text("42xEC+ixf3L2lw=="),
                    separator: text("Bw=="),
                    signer: text(
                        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
                    ),
                },
            ),
        ];
        for (password, foreign) in known {
            let kept = foreign.clone().keep().expect("valid");
            let read = Foreign::read(&kept).expect("kept");
            assert!(read.verify(password), "{foreign:?}");
            assert!(!read.verify("another password"), "{foreign:?}");
        }
    }

    #[test]
    fn what_is_no_hash_or_costs_too_much_is_refused() {
        let scrypt = |cpu, memory, parallel| Foreign::Scrypt {
            hash: text("00"),
            salt: text("salt"),
            cpu,
            memory,
            parallel,
            length: 64,
        };
        for bad in [
            Foreign::Md5 { hash: text("zz") },
            Foreign::Sha { version: text("sha9"), hash: text("00") },
            Foreign::Phpass { hash: text("$P$zIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0") },
            Foreign::Phpass { hash: text("$P$ä") },
            Foreign::Bcrypt { hash: text("secret") },
            Foreign::Bcrypt { hash: text("$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW") },
            scrypt(3, 8, 1),
            scrypt(1 << 30, 8, 1),
            scrypt(u64::MAX, u32::MAX, 1),
        ] {
            assert!(bad.clone().keep().is_err(), "{bad:?}");
        }
        assert!(
            check_argon2("$argon2i$v=19$m=1024,t=2,p=2$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG").is_ok()
        );
        assert!(
            check_argon2("$argon2id$v=19$m=4000000,t=2,p=2$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG")
                .is_err()
        );
        assert!(check_argon2("$pbkdf2$x").is_err());
    }
}
