//! What lies where in an AVIF file (ISO 14496-12, 23008-12 and the AVIF specification). No I/O.
//!
//! Nothing is copied but what is asked for, and no number in the file is believed further than the file is long.

use super::read::AvifError;

/// Boxes of one level that are looked at. A property is named by fifteen bits.
const BOXES: usize = 0x7fff;

/// The four letters of a box, an item or a reference.
pub type Kind = [u8; 4];

/// The tables of the file's `meta` box; one that is not there is empty.
#[derive(Debug)]
pub struct Container<'a> {
    file: &'a [u8],
    /// Where items begin and end.
    places: &'a [u8],
    /// What items are.
    infos: &'a [u8],
    properties: Vec<(Kind, &'a [u8])>,
    /// Which items have which properties.
    associations: &'a [u8],
    references: &'a [u8],
    /// What items lie in besides the file itself.
    data: &'a [u8],
    /// The item that is the picture.
    pub primary: u32,
}

impl<'a> Container<'a> {
    pub fn open(file: &'a [u8]) -> Result<Self, AvifError> {
        let meta = find(file, *b"meta").and_then(|body| body.get(4..)).ok_or(AvifError::Damaged)?;
        let part = |kind| find(meta, kind).unwrap_or_default();
        let (named, properties) = (Cursor::full(part(*b"pitm")), part(*b"iprp"));
        let (version, _, mut named) = named.ok_or(AvifError::Damaged)?;
        Ok(Self {
            file,
            places: part(*b"iloc"),
            infos: part(*b"iinf"),
            properties: boxes(find(properties, *b"ipco").unwrap_or_default()).collect(),
            associations: find(properties, *b"ipma").unwrap_or_default(),
            references: part(*b"iref"),
            data: part(*b"idat"),
            primary: named.id(version >= 1).ok_or(AvifError::Damaged)?,
        })
    }

    /// What an item is: `av01`, `grid` and others.
    pub fn kind(&self, item: u32) -> Option<Kind> {
        let (version, _, mut rest) = Cursor::full(self.infos)?;
        rest.number(if version == 0 { 2 } else { 4 })?;
        boxes(rest.0).filter(|(kind, _)| kind == b"infe").find_map(|(_, info)| {
            let (version, _, mut info) = Cursor::full(info)?;
            let id = info.id(version >= 3)?;
            info.number(2)?;
            (version >= 2 && id == item).then(|| info.kind())?
        })
    }

    /// The bytes of an item, which may lie in pieces.
    pub fn content(&self, item: u32) -> Result<Vec<u8>, AvifError> {
        self.extents(item).ok_or(AvifError::Damaged)
    }

    fn extents(&self, item: u32) -> Option<Vec<u8>> {
        let (version, _, mut rest) = Cursor::full(self.places)?;
        let sizes = rest.number(2)?;
        let size = |shift: u32| usize::try_from(sizes >> shift & 15).unwrap_or_default();
        let (offset, length, base) = (size(12), size(8), size(4));
        let index = if version == 0 { 0 } else { size(0) };
        for _ in 0..rest.number(if version < 2 { 2 } else { 4 })? {
            let id = rest.id(version >= 2)?;
            let method = if version == 0 { 0 } else { rest.number(2)? & 15 };
            rest.number(2)?;
            let start = rest.number(base)?;
            let extents = rest.number(2)?;
            if id != item {
                rest.skip(usize::try_from(extents).ok()?.checked_mul(index + offset + length)?)?;
                continue;
            }
            let from = match method {
                0 => self.file,
                1 => self.data,
                _ => return None,
            };
            let mut content = Vec::new();
            for _ in 0..extents {
                rest.number(index)?;
                let at = usize::try_from(start.checked_add(rest.number(offset)?)?).ok()?;
                let long = usize::try_from(rest.number(length)?).ok()?;
                // No length: all that follows.
                let end = if long == 0 { from.len() } else { at.checked_add(long)? };
                let piece = from.get(at..end)?;
                // Pieces do not lie over each other: all of them together are no longer than the file.
                if piece.is_empty() || content.len() + piece.len() > from.len() {
                    return None;
                }
                content.extend_from_slice(piece);
            }
            return Some(content);
        }
        None
    }

    /// The properties of an item, in the order in which they are applied.
    pub fn properties(&self, item: u32) -> impl Iterator<Item = (Kind, &'a [u8])> {
        let indices = self.property_indices(item).unwrap_or_default();
        indices.into_iter().filter_map(|index| self.properties.get(index.checked_sub(1)?).copied())
    }

    pub fn property(&self, item: u32, kind: Kind) -> Option<&'a [u8]> {
        self.properties(item).find_map(|(known, body)| (known == kind).then_some(body))
    }

    fn property_indices(&self, item: u32) -> Option<Vec<usize>> {
        let (version, flags, mut rest) = Cursor::full(self.associations)?;
        let wide = flags & 1 == 1;
        for _ in 0..rest.number(4)? {
            let id = rest.id(version >= 1)?;
            let count = usize::try_from(rest.number(1)?).ok()?;
            if id != item {
                rest.skip(count * if wide { 2 } else { 1 })?;
                continue;
            }
            let one = |rest: &mut Cursor<'_>| {
                // The first bit says whether a reader must know the property.
                let index = if wide { rest.number(2)? & 0x7fff } else { rest.number(1)? & 0x7f };
                usize::try_from(index).ok()
            };
            return (0..count).map(|_| one(&mut rest)).collect();
        }
        None
    }

    /// Every reference of a kind: from which item, and to which.
    pub fn references(&self, kind: Kind) -> Vec<(u32, Vec<u32>)> {
        let Some((version, _, rest)) = Cursor::full(self.references) else { return Vec::new() };
        let wide = version >= 1;
        let read = |body| {
            let mut body = Cursor(body);
            let from = body.id(wide)?;
            let to: Option<Vec<u32>> = (0..body.number(2)?).map(|_| body.id(wide)).collect();
            Some((from, to?))
        };
        boxes(rest.0).filter(|(known, _)| *known == kind).filter_map(|(_, body)| read(body)).collect()
    }
}

fn find(bytes: &[u8], kind: Kind) -> Option<&[u8]> {
    boxes(bytes).find_map(|(known, body)| (known == kind).then_some(body))
}

/// The boxes of one level, up to one that does not end within it.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = (Kind, &[u8])> {
    let mut rest = bytes;
    let next = move || {
        let mut cursor = Cursor(rest);
        let (size, kind) = (cursor.number(4)?, cursor.kind()?);
        let size = match size {
            0 => rest.len(),
            1 => usize::try_from(cursor.number(8)?).ok()?,
            size => usize::try_from(size).ok()?,
        };
        let body = rest.get(rest.len() - cursor.0.len()..size)?;
        rest = &rest[size..];
        Some((kind, body))
    };
    std::iter::from_fn(next).take(BOXES)
}

/// What is left to be read.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    /// A box that begins with its version and its flags.
    fn full(body: &'a [u8]) -> Option<(u8, u32, Self)> {
        let mut rest = Cursor(body);
        let [version, flags @ ..] = u32::try_from(rest.number(4)?).ok()?.to_be_bytes();
        let [high, middle, low] = flags;
        Some((version, u32::from_be_bytes([0, high, middle, low]), rest))
    }

    /// A number of so many bytes, at most eight. None at the end.
    pub fn number(&mut self, bytes: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(number.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn id(&mut self, wide: bool) -> Option<u32> {
        u32::try_from(self.number(if wide { 4 } else { 2 })?).ok()
    }

    fn kind(&mut self) -> Option<Kind> {
        let (kind, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*kind)
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.get(bytes..)?;
        Some(())
    }
}
