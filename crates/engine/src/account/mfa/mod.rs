use crate::core::routes::Route;
pub fn routes() -> Vec<Route> {
    Vec::new()
}
