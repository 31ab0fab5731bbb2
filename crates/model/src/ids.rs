//! Appwrite user ids and Matrix localparts name the same person.

/// Why an Appwrite user id cannot become a Matrix localpart.
#[derive(Debug, PartialEq, Eq)]
pub enum LocalpartError {
    /// Appwrite ids are 1 to 36 characters of `[A-Za-z0-9._-]`, the first alphanumeric.
    NotAnAppwriteId,
}

/// The Matrix localpart of an Appwrite user id.
///
/// Matrix localparts are lower case, Appwrite ids are not: an upper-case letter becomes `=` and its two hex
/// digits (the escape of Matrix' appendix "Mapping from other character sets"), so that two ids that differ in
/// case stay two people. `=` itself cannot occur in an Appwrite id, therefore the mapping is reversible.
pub fn matrix_localpart(user_id: &str) -> Result<String, LocalpartError> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let first = user_id.bytes().next().ok_or(LocalpartError::NotAnAppwriteId)?;
    if user_id.len() > 36 || !first.is_ascii_alphanumeric() || !user_id.bytes().all(legal) {
        return Err(LocalpartError::NotAnAppwriteId);
    }
    let mut localpart = String::with_capacity(user_id.len());
    for byte in user_id.bytes() {
        if byte.is_ascii_uppercase() {
            localpart.push_str(&format!("={byte:02x}"));
        } else {
            localpart.push(char::from(byte));
        }
    }
    Ok(localpart)
}

/// The Appwrite user id behind a localpart made by [`matrix_localpart`]; `None` for any other localpart.
#[must_use]
pub fn user_id_of_localpart(localpart: &str) -> Option<String> {
    let mut id = String::with_capacity(localpart.len());
    let mut rest = localpart;
    while let Some(at) = rest.find('=') {
        id.push_str(&rest[..at]);
        let digits = rest.get(at + 1..at + 3)?;
        id.push(char::from(u8::from_str_radix(digits, 16).ok()?));
        rest = &rest[at + 3..];
    }
    id.push_str(rest);
    (matrix_localpart(&id).as_deref() == Ok(localpart)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_case_is_escaped_and_comes_back() {
        assert_eq!(matrix_localpart("Ada-1").as_deref(), Ok("=41da-1"));
        assert_eq!(user_id_of_localpart("=41da-1").as_deref(), Some("Ada-1"));
        assert_ne!(matrix_localpart("Ada"), matrix_localpart("ada"));
    }

    #[test]
    fn what_is_no_appwrite_id_is_refused() {
        for id in ["", ".ada", "a b", "ada@x", "=41", "ä", &"a".repeat(37)] {
            assert_eq!(matrix_localpart(id), Err(LocalpartError::NotAnAppwriteId), "{id}");
        }
    }

    #[test]
    fn foreign_localparts_name_nobody() {
        for localpart in ["=61da", "a=4", "=zz", "Ada", ""] {
            assert_eq!(user_id_of_localpart(localpart), None, "{localpart}");
        }
    }
}
