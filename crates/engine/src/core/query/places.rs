//! Places on a map: how they lie to each other and how far apart they are. Coordinates are `[longitude, latitude]`.

use geo::{
    BoundingRect as _, Closest, Coord, CoordsIter as _, Distance as _, Euclidean, Geometry, Haversine,
    HaversineClosestPoint as _, Intersects as _, LineString, Point, Polygon, Relate as _,
};
use serde_json::Value;

/// Metres of a degree of latitude, a little less than there are.
const DEGREE: f64 = 110_000.0;

/// How one place lies to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Contains,
    Crosses,
    Equals,
    Intersects,
    Overlaps,
    Touches,
}

impl Relation {
    pub const ALL: [(Self, &str); 6] = [
        (Self::Contains, "contains"),
        (Self::Crosses, "crosses"),
        (Self::Equals, "equals"),
        (Self::Intersects, "intersects"),
        (Self::Overlaps, "overlaps"),
        (Self::Touches, "touches"),
    ];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(relation, _)| *relation)
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    pub fn holds(self, one: &Geometry, other: &Geometry) -> bool {
        let matrix = one.relate(other);
        match self {
            Self::Contains => matrix.is_contains(),
            Self::Crosses => matrix.is_crosses(),
            Self::Equals => matrix.is_equal_topo(),
            Self::Intersects => matrix.is_intersects(),
            Self::Overlaps => matrix.is_overlaps(),
            Self::Touches => matrix.is_touches(),
        }
    }
}

/// A place from its coordinates: a point, a list of points is a line, a list of rings a polygon.
pub fn read(value: &Value) -> Option<Geometry> {
    let list = value.as_array()?;
    match list.first()? {
        Value::Number(_) => Some(Geometry::Point(Point(coord(value)?))),
        Value::Array(inner) if inner.first().is_some_and(Value::is_number) => {
            (list.len() >= 2).then(|| line(value).map(Geometry::LineString))?
        }
        Value::Array(_) => {
            let mut rings = list.iter().map(line).collect::<Option<Vec<_>>>()?.into_iter();
            let outer = rings.next().filter(|ring| ring.0.len() >= 4)?;
            Some(Geometry::Polygon(Polygon::new(outer, rings.collect())))
        }
        _ => None,
    }
}

fn line(value: &Value) -> Option<LineString> {
    value.as_array()?.iter().map(coord).collect::<Option<Vec<_>>>().map(LineString)
}

fn coord(value: &Value) -> Option<Coord> {
    let [x, y] = value.as_array()?.as_slice() else { return None };
    let within = |value: &Value, most: f64| value.as_f64().filter(|number| number.abs() <= most);
    Some(Coord { x: within(x, 180.0)?, y: within(y, 90.0)? })
}

/// How far two places are apart: in degrees as on paper, or in metres on the globe.
pub fn distance(one: &Geometry, other: &Geometry, metres: bool) -> f64 {
    if !metres {
        return Euclidean.distance(one, other);
    }
    if one.intersects(other) {
        return 0.0;
    }
    // Apart from each other, one of two places is nearest at a corner.
    one.coords_iter()
        .map(|corner| reach(other, corner))
        .chain(other.coords_iter().map(|corner| reach(one, corner)))
        .fold(f64::INFINITY, f64::min)
}

fn reach(place: &Geometry, from: Coord) -> f64 {
    let from = Point(from);
    match place.haversine_closest_point(&from) {
        Closest::Intersection(_) => 0.0,
        Closest::SinglePoint(near) => Haversine.distance(near, from),
        Closest::Indeterminate => f64::INFINITY,
    }
}

/// A rectangle in which a place lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub x: (f64, f64),
    pub y: (f64, f64),
}

impl Bounds {
    pub fn around(place: &Geometry) -> Option<Self> {
        let rectangle = place.bounding_rect()?;
        let (min, max) = (rectangle.min(), rectangle.max());
        Some(Self { x: (min.x, max.x), y: (min.y, max.y) })
    }

    /// Wide enough for all that is nearer than `distance`; none where that goes over a pole or round the world.
    pub fn widened(self, distance: f64, metres: bool) -> Option<Self> {
        let up = if metres { distance / DEGREE } else { distance };
        let y = (self.y.0 - up, self.y.1 + up);
        let farthest = y.0.abs().max(y.1.abs());
        let aside = if metres { up / farthest.min(90.0).to_radians().cos() } else { up };
        let x = (self.x.0 - aside, self.x.1 + aside);
        let plain = !metres || farthest < 89.0 && x.0 > -180.0 && x.1 < 180.0;
        (plain && aside.is_finite()).then_some(Self { x, y })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn place(value: &Value) -> Geometry {
        read(value).expect("a place")
    }

    fn square(from: f64, to: f64) -> Geometry {
        place(&json!([[[from, from], [to, from], [to, to], [from, to], [from, from]]]))
    }

    #[test]
    fn places_lie_to_each_other_as_on_paper() {
        let (large, small, shifted) = (square(0.0, 4.0), square(1.0, 2.0), square(3.0, 6.0));
        let across = place(&json!([[-1, 2], [5, 2]]));
        for (relation, one, other, expected) in [
            (Relation::Contains, &large, &small, true),
            (Relation::Contains, &small, &large, false),
            (Relation::Overlaps, &large, &shifted, true),
            (Relation::Overlaps, &large, &small, false),
            (Relation::Crosses, &across, &large, true),
            (Relation::Touches, &large, &square(4.0, 5.0), true),
            (Relation::Intersects, &small, &shifted, false),
            (Relation::Equals, &large, &square(0.0, 4.0), true),
        ] {
            assert_eq!(relation.holds(one, other), expected, "{relation:?} {one:?} {other:?}");
        }
    }

    #[test]
    fn distances_in_metres_and_degrees() {
        let (berlin, paris) = (place(&json!([13.405, 52.52])), place(&json!([2.3522, 48.8566])));
        let metres = distance(&berlin, &paris, true);
        assert!((870_000.0..885_000.0).contains(&metres), "{metres}");
        let line = place(&json!([[0, 1], [10, 1]]));
        assert!((distance(&place(&json!([5, 0])), &line, false) - 1.0).abs() < 1e-9);
        assert!((110_000.0..112_000.0).contains(&distance(&line, &place(&json!([5, 0])), true)));
        assert!(distance(&square(0.0, 2.0), &square(1.0, 3.0), true) < 1e-9);
    }

    #[test]
    fn what_is_no_place_is_none() {
        for bad in [
            json!([]),
            json!([1]),
            json!([1, "2"]),
            json!([[1, 2]]),
            json!([[[0, 0], [1, 1]]]),
            json!([200, 0]),
            json!(7),
        ] {
            assert!(read(&bad).is_none(), "{bad}");
        }
    }

    /// Points of a small grid, so that corners and edges often meet.
    fn rings() -> impl Strategy<Value = Value> {
        let point = (-3..4_i32, -3..4_i32).prop_map(|(x, y)| json!([x, y]));
        let points = proptest::collection::vec(point.clone(), 2..7);
        let ring = points.clone().prop_map(|mut points| {
            points.push(points[0].clone());
            points.push(points[0].clone());
            Value::from(points)
        });
        prop_oneof![
            point,
            points.prop_map(Value::from),
            proptest::collection::vec(ring, 1..3).prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn places_of_every_shape_lie_somehow_to_each_other(one in rings(), other in rings()) {
            if let (Some(one), Some(other)) = (read(&one), read(&other)) {
                for (relation, _) in Relation::ALL {
                    let _ = relation.holds(&one, &other);
                }
                prop_assert!(distance(&one, &other, true) >= 0.0);
                prop_assert!(distance(&one, &other, false) >= 0.0);
            }
        }

        #[test]
        fn what_is_near_is_within_the_bounds(
            x in -170.0..170.0_f64, y in -80.0..80.0_f64, dx in -5.0..5.0_f64, dy in -5.0..5.0_f64,
        ) {
            let (one, other) = (place(&json!([x, y])), place(&json!([x + dx, y + dy])));
            let metres = distance(&one, &other, true);
            let here = Bounds::around(&one).expect("bounds");
            if let Some(wide) = here.widened(metres, true) {
                prop_assert!(wide.x.0 <= x + dx && x + dx <= wide.x.1, "{wide:?}");
                prop_assert!(wide.y.0 <= y + dy && y + dy <= wide.y.1, "{wide:?}");
            }
        }
    }
}
