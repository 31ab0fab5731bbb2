//! Files that are written and read again, and files of boxes made by hand.

use image::{DynamicImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::{container::Container, decode::decode, read::AvifError, write::write};

/// Pixels of a picture that the tests read, at most.
const PIXELS: u32 = 100_000;
/// Of libavif: 60 by 40, red on the left and blue on the right, the lower half see-through; 4:2:0, eight bits.
const FOREIGN: &[u8] = include_bytes!("../pictures/halves.avif");
/// The same without what is see-through; 4:4:4.
const FOREIGN_444: &[u8] = include_bytes!("../pictures/halves-444.avif");

/// Left half `left`, right half `right`.
fn halves(width: u32, height: u32, [left, right]: [[u8; 4]; 2]) -> DynamicImage {
    RgbaImage::from_fn(width, height, |x, _| Rgba(if x < width / 2 { left } else { right })).into()
}

fn near(one: Rgba<u8>, other: [u8; 4]) -> bool {
    one.0.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= 6)
}

fn pixel(picture: &DynamicImage, x: u32, y: u32) -> Rgba<u8> {
    image::GenericImageView::get_pixel(picture, x, y)
}

const RED: [u8; 4] = [230, 30, 20, 255];
const GREEN: [u8; 4] = [20, 200, 60, 255];
const CLEAR: [u8; 4] = [20, 200, 60, 0];

#[test]
fn what_is_written_is_read_again() {
    for (width, height) in [(64, 64), (101, 37), (5, 4), (1, 1)] {
        let file = write(&halves(width, height, [RED, GREEN]), 90).expect("written");
        let picture = decode(&file, PIXELS).expect("read");
        assert_eq!((picture.width(), picture.height(), picture.color().has_alpha()), (width, height, false));
        let expected = if width > 1 { RED } else { GREEN };
        assert!(near(pixel(&picture, 0, 0), expected), "{width} {height}: {:?}", pixel(&picture, 0, 0));
        assert!(near(pixel(&picture, width - 1, height - 1), GREEN), "{width} {height}");
    }
}

#[test]
fn what_is_see_through_stays_so_and_quality_counts() {
    let [poor, good] =
        [10, 95].map(|quality| write(&halves(80, 60, [RED, CLEAR]), quality).expect("written"));
    let picture = decode(&good, PIXELS).expect("read");
    assert!(near(pixel(&picture, 5, 5), RED), "{:?}", pixel(&picture, 5, 5));
    assert!(pixel(&picture, 75, 5).0[3] < 5);
    assert!(decode(&poor, PIXELS).is_ok());
    let noise = RgbaImage::from_fn(64, 64, |x, y| {
        let value = u8::try_from((x * 37 + y * 91 + x * y * 13) % 256).expect("a byte");
        Rgba([value, value ^ 0x55, 255 - value, 255])
    });
    let sizes = [1, 50, 95, 100].map(|quality| write(&noise.clone().into(), quality).expect("written").len());
    assert!(
        sizes.is_sorted() && decode(&write(&noise.into(), 100).expect("written"), PIXELS).is_ok(),
        "{sizes:?}"
    );
}

#[test]
fn files_of_other_encoders_are_read() {
    let picture = decode(FOREIGN, PIXELS).expect("read");
    assert_eq!((picture.width(), picture.height()), (60, 40));
    assert!(near(pixel(&picture, 10, 5), [255, 0, 0, 255]), "{:?}", pixel(&picture, 10, 5));
    assert!(near(pixel(&picture, 50, 5), [0, 0, 255, 255]), "{:?}", pixel(&picture, 50, 5));
    assert!(pixel(&picture, 10, 35).0[3] < 6);
    let picture = decode(FOREIGN_444, PIXELS).expect("read");
    assert!(near(pixel(&picture, 29, 20), [255, 0, 0, 255]), "{:?}", pixel(&picture, 29, 20));
    assert!(near(pixel(&picture, 30, 20), [0, 0, 255, 255]), "{:?}", pixel(&picture, 30, 20));
}

#[test]
fn tiles_are_put_together_and_turned() {
    let [left, right] = [RED, GREEN].map(|colour| stream(&halves(64, 64, [colour; 2])));
    let file = grid(&[left.clone(), right], (1, 2), (100, 64));
    let picture = decode(&file, PIXELS).expect("read");
    // A quarter against the clock: what was on the right is at the top.
    assert_eq!((picture.width(), picture.height()), (64, 100));
    assert!(near(pixel(&picture, 30, 99), RED), "{:?}", pixel(&picture, 30, 99));
    assert!(near(pixel(&picture, 30, 0), GREEN), "{:?}", pixel(&picture, 30, 0));
    // Fewer tiles than it says; tiles that do not fill it; larger than is allowed.
    let wrong = |tiles: &[Vec<u8>], shape, size| decode(&grid(tiles, shape, size), PIXELS);
    assert!(matches!(wrong(std::slice::from_ref(&left), (1, 2), (100, 64)), Err(AvifError::Damaged)));
    assert!(matches!(wrong(&[left.clone(), left.clone()], (1, 2), (60, 64)), Err(AvifError::Damaged)));
    assert!(matches!(wrong(&[left.clone(), left], (1, 2), (65_535, 65_535)), Err(AvifError::TooLarge)));
}

#[test]
fn sizes_that_are_too_large_or_false_are_refused() {
    let file = write(&halves(64, 64, [RED, GREEN]), 80).expect("written");
    assert!(matches!(decode(&file, 64 * 64 - 1), Err(AvifError::TooLarge)));
    let at = file.windows(4).position(|four| four == b"ispe").expect("a size") + 8;
    let mut bomb = file.clone();
    bomb[at..at + 8].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    assert!(matches!(decode(&bomb, 50_000_000), Err(AvifError::TooLarge)));
    // It says less than it is: the decoder looks itself.
    let mut small = file.clone();
    small[at..at + 8].copy_from_slice(&[0, 0, 0, 8, 0, 0, 0, 8]);
    assert!(matches!(decode(&small, 64), Err(AvifError::Damaged)));
    for cut in [0, 3, 12, 40, 150, file.len() / 2, file.len() - 20] {
        assert!(matches!(decode(&file[..cut], PIXELS), Err(AvifError::Damaged)), "{cut}");
    }
}

/// The stream of colours in a picture that is written.
fn stream(picture: &DynamicImage) -> Vec<u8> {
    let file = write(picture, 90).expect("written");
    let container = Container::open(&file).expect("opened");
    container.content(container.primary).expect("a stream")
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).expect("small");
    [&size.to_be_bytes()[..], kind, body].concat()
}

/// A picture of tiles, turned by a quarter: item 1 is the grid, the others its tiles, and all of them lie in `idat`.
fn grid(tiles: &[Vec<u8>], (rows, columns): (u8, u8), (width, height): (u16, u16)) -> Vec<u8> {
    let mut shape = vec![0, 0, rows - 1, columns - 1];
    shape.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    let items: Vec<(&[u8; 4], &[u8])> =
        std::iter::once((b"grid", &shape[..])).chain(tiles.iter().map(|tile| (b"av01", &tile[..]))).collect();
    let count = u16::try_from(items.len()).expect("few").to_be_bytes();
    let (mut infos, mut places, mut data) = (vec![0; 4], vec![1, 0, 0, 0, 0x44, 0], Vec::new());
    infos.extend(count);
    places.extend(count);
    for (id, (kind, content)) in (1_u16..).zip(&items) {
        let info = [&[2, 0, 0, 0][..], &id.to_be_bytes(), &[0, 0], &kind[..], &[0]].concat();
        infos.extend(boxed(b"infe", &info));
        let [at, long] = [data.len(), content.len()].map(|number| u32::try_from(number).expect("small"));
        places.extend(
            [&id.to_be_bytes()[..], &[0, 1, 0, 0, 0, 1], &at.to_be_bytes(), &long.to_be_bytes()].concat(),
        );
        data.extend_from_slice(content);
    }
    let mut made_of = [&[0, 1][..], &u16::try_from(tiles.len()).expect("few").to_be_bytes()].concat();
    made_of.extend((2_u16..).take(tiles.len()).flat_map(u16::to_be_bytes));
    let properties =
        [boxed(b"ipco", &boxed(b"irot", &[1])), boxed(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0x81])];
    let parts = [
        boxed(b"pitm", &[0, 0, 0, 0, 0, 1]),
        boxed(b"iinf", &infos),
        boxed(b"iloc", &places),
        boxed(b"iprp", &properties.concat()),
        boxed(b"iref", &[&[0; 4][..], &boxed(b"dimg", &made_of)].concat()),
        boxed(b"idat", &data),
    ];
    let meta = [&[0; 4][..], &parts.concat()].concat();
    [boxed(b"ftyp", b"avif\0\0\0\0mif1"), boxed(b"meta", &meta)].concat()
}

proptest! {
    /// Only what lies around the streams: what a damaged stream does to the decoder is why it has its own process.
    #[test]
    fn tables_that_are_damaged_are_no_crash(changes in proptest::collection::vec((0_usize..400, any::<u8>()), 1..8), cut in 0_usize..400) {
        let mut file = FOREIGN.to_vec();
        for (at, byte) in changes {
            let at = at % file.len();
            file[at] = byte;
        }
        file.truncate(file.len() - cut % file.len());
        if let Ok(container) = Container::open(&file) {
            for item in [container.primary, 1, 2, 3] {
                if let Ok(content) = container.content(item) {
                    prop_assert!(content.len() <= file.len());
                }
                let _ = (container.kind(item), container.properties(item).count());
            }
            let _ = container.references(*b"auxl");
        }
    }
}
