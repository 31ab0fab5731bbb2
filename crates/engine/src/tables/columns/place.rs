//! Places: points `[x, y]`, lines of at least two points, polygons of closed rings. `x` is the longitude.

use serde_json::{Value, json};

use super::Kind;

/// The coordinates of a place, checked; a polygon may be given as its one ring. Otherwise what it must be.
pub fn check(kind: Kind, value: &Value) -> Result<Value, &'static str> {
    match kind {
        Kind::Point => point(value).then(|| value.clone()).ok_or("must be [longitude, latitude]"),
        Kind::Line => {
            line(value).then(|| value.clone()).ok_or("must be a list of at least two [longitude, latitude]")
        }
        _ => {
            let rings = if line(value) { json!([value]) } else { value.clone() };
            let closed = rings.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(ring));
            closed.then_some(rings).ok_or("must be a list of closed rings of [longitude, latitude]")
        }
    }
}

fn point(value: &Value) -> bool {
    let within = |value: &Value, most: f64| value.as_f64().is_some_and(|number| number.abs() <= most);
    matches!(value.as_array().map(Vec::as_slice), Some([x, y]) if within(x, 180.0) && within(y, 90.0))
}

fn line(value: &Value) -> bool {
    value.as_array().is_some_and(|points| points.len() >= 2 && points.iter().all(point))
}

fn ring(value: &Value) -> bool {
    line(value) && value.as_array().is_some_and(|points| points.len() >= 4 && points.first() == points.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_checked() {
        assert!(check(Kind::Point, &json!([13.4, 52.5])).is_ok());
        for bad in [json!([1]), json!([181, 0]), json!([0, 91]), json!(["1", 2]), json!({}), json!([1, 2, 3])]
        {
            assert!(check(Kind::Point, &bad).is_err(), "{bad}");
        }
        assert!(check(Kind::Line, &json!([[0, 0], [1, 1]])).is_ok());
        assert!(check(Kind::Line, &json!([[0, 0]])).is_err());
        let ring = json!([[0, 0], [1, 0], [1, 1], [0, 0]]);
        assert_eq!(check(Kind::Polygon, &ring), Ok(json!([ring])));
        assert_eq!(check(Kind::Polygon, &json!([ring])), Ok(json!([ring])));
        assert!(check(Kind::Polygon, &json!([[0, 0], [1, 0], [1, 1], [0, 1]])).is_err());
        assert!(check(Kind::Polygon, &json!([])).is_err());
    }
}
