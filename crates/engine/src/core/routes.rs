//! The one table of routes: what is not in it does not exist, and who may call is decided before any code runs.

use std::{collections::HashMap, pin::Pin, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Request, State, rejection::PathRejection},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sync_wrapper::SyncWrapper;

use super::{
    app::App,
    audit::Deed,
    body,
    caller::{self, Caller},
    dev_key,
    error::{ApiError, ApiResult},
    events,
    hidden::{self, Hidden, hidden},
    impersonation,
    limits::{Rate, Standing},
    store::Patience,
    traffic, writes,
};
use crate::{oauth2, projects::Projects};

/// Where providers of sign-ins send people back to. Some post them there from a page of theirs, which then is only asked
/// for again by GET.
pub const CALLBACK: &str = "/account/sessions/oauth2/callback/";

/// The header that names the project.
pub const PROJECT: HeaderName = HeaderName::from_static("x-appwrite-project");

/// Who may call a route. Permissions of rows and files come on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Anybody,
    User,
    /// Also a user whose session still needs its second factor.
    Pending,
    Key,
    /// A program of others that shows its own key.
    App,
    /// Also a user who may act as others: they look for whom.
    KeyOrImpersonator,
}

pub type Handler = fn(Call) -> Pin<Box<dyn Future<Output = ApiResult<Response>> + Send>>;

/// One route.
#[derive(Clone)]
pub struct Route {
    pub method: Method,
    /// Below `/v1`, parameters in braces.
    pub path: &'static str,
    pub access: Access,
    /// What an API key must have to call it (`rows.read`).
    pub scope: &'static str,
    /// Tries per address; API keys are exempt.
    pub rate: Option<Rate>,
    pub handler: Handler,
}

/// For API keys only.
pub fn key(scope: &'static str, method: Method, path: &'static str, handler: Handler) -> Route {
    Route { method, path, access: Access::Key, scope, rate: None, handler }
}

/// For everybody whom the permissions of what it is about let in.
pub fn open(scope: &'static str, method: Method, path: &'static str, handler: Handler) -> Route {
    Route { access: Access::Anybody, ..key(scope, method, path, handler) }
}

/// By which way a call came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Rest,
    Graphql,
}

/// One call, before and after it is allowed to begin.
pub struct Call {
    pub app: Arc<App>,
    pub caller: Caller,
    pub params: HashMap<String, String>,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    /// What the connection lends to this request; a socket is upgraded with it.
    pub extensions: Extensions,
    /// The client's address, empty where unknown.
    pub ip: String,
    /// Read once; wrapped, because a call is shared between tasks while nobody reads it.
    pub body: SyncWrapper<Body>,
}

impl Call {
    /// A part of the path. Routes name what they ask for, so a missing one is a mistake in the table.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    pub fn origin(&self) -> Origin {
        self.extensions.get().copied().unwrap_or(Origin::Rest)
    }

    /// The JSON body; an empty one is `{}`, and so is null.
    pub async fn json<T: DeserializeOwned>(&mut self) -> ApiResult<T> {
        let bytes = self.bytes().await?;
        let bytes: &[u8] = if matches!(&*bytes, b"" | b"null") { b"{}" } else { &bytes };
        body::check(bytes)?;
        serde_json::from_slice(bytes)
            .map_err(|error| ApiError::argument(format!("The body is not as expected: {error}")))
    }

    /// The body, as much of it as the route takes.
    pub async fn bytes(&mut self) -> ApiResult<Bytes> {
        let body = std::mem::take(self.body.get_mut());
        body::read(&self.app, body, &self.caller, &mut self.extensions).await
    }

    /// Whether the caller of a list wants to know how many there are.
    pub fn counted(&self) -> bool {
        !matches!(self.query_value("total"), Some("false" | "0"))
    }

    /// Whether it counts how often this is called: not for API keys, nor where somebody shows that they are developing.
    pub fn is_limited(&self) -> bool {
        !self.caller.is_key() && !dev_key::is_shown(&self.app, &self.headers)
    }

    /// The program that calls, as it names itself.
    pub fn agent(&self) -> String {
        let agent = self.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        agent.unwrap_or_default().chars().take(256).collect()
    }

    /// A value of the query string, none where it is not given or empty.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    /// The values of a list in the query string: `queries[0]=`, `queries[]=`.
    pub fn list(&self, name: &str) -> Vec<String> {
        let of_list = |key: &str| {
            key.strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('['))
                .is_some_and(|rest| rest.ends_with(']'))
        };
        self.query.iter().filter(|(key, _)| of_list(key)).map(|(_, value)| value.clone()).collect()
    }
}

/// A JSON answer.
pub fn json(status: StatusCode, body: &Value) -> ApiResult<Response> {
    Ok((status, [(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body.to_string())
        .into_response())
}

/// An answer without content; SDKs read its content type all the same.
pub fn empty() -> ApiResult<Response> {
    Ok((StatusCode::NO_CONTENT, [(header::CONTENT_TYPE, "text/plain; charset=UTF-8")]).into_response())
}

/// The further project that a request is for.
#[derive(Clone)]
pub struct Chosen(pub Arc<App>);

/// The router of a table.
pub fn router(projects: &Arc<Projects>, routes: &[Route]) -> Router {
    let app = projects.first();
    let mut router = Router::new();
    for route in routes {
        let Ok(filter) = MethodFilter::try_from(route.method.clone()) else { continue };
        let (app, route) = (app.clone(), route.clone());
        let path = route.path;
        let handler = move |params: PathParams, request: Request| {
            let (app, route) = (app.clone(), route.clone());
            async move { answer(app, &route, given(params), request).await }
        };
        router = router.route(path, on(filter, handler));
    }
    for Hidden { path, route, parameters } in hidden(routes) {
        let Ok(filter) = MethodFilter::try_from(route.method.clone()) else { continue };
        let app = app.clone();
        let handler = move |params: PathParams, request: Request| {
            let (app, route) = (app.clone(), route.clone());
            let params = given(params).map(|given| {
                let value = |part: &str| match hidden::name(part) {
                    Some(parameter) => given.get(parameter).cloned().unwrap_or_default(),
                    None => part.to_owned(),
                };
                parameters.iter().map(|(name, part)| ((*name).to_owned(), value(part))).collect()
            });
            async move { answer(app, &route, params, request).await }
        };
        router = router.route(path, on(filter, handler));
    }
    let unknown = || async {
        ApiError::new(StatusCode::NOT_FOUND, "general_route_not_found", "This route does not exist.")
            .into_response()
    };
    let router = router.fallback(unknown).method_not_allowed_fallback(unknown);
    // A layer is put around each route of its router, at the start and for every request: so there is one route outside.
    Router::new().fallback_service(router).layer(axum::middleware::from_fn_with_state(projects.clone(), cors))
}

/// What stands in an address for the parameters of its route.
type PathParams = Result<Path<HashMap<String, String>>, PathRejection>;

fn given(params: PathParams) -> ApiResult<HashMap<String, String>> {
    params.map(|Path(params)| params).map_err(|_| ApiError::argument("The address is not readable as text."))
}

/// Answers a request and counts it.
async fn answer(
    app: Arc<App>,
    route: &Route,
    params: ApiResult<HashMap<String, String>>,
    mut request: Request,
) -> Response {
    let app = request.extensions_mut().remove::<Chosen>().map_or(app, |Chosen(further)| further);
    let received = traffic::announced(request.headers());
    let response = run(app.clone(), route, params, request).await.unwrap_or_else(IntoResponse::into_response);
    let bytes = received.saturating_add(traffic::sent(&response));
    traffic::request(&app, bytes).await;
    response
}

async fn run(
    app: Arc<App>,
    route: &Route,
    params: ApiResult<HashMap<String, String>>,
    request: Request,
) -> ApiResult<Response> {
    let params = params?;
    let (parts, body) = request.into_parts();
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    check_project(&app, &parts.headers, &query)?;
    let ip = address(&app, &parts);
    let caller = caller::identify(&app, &parts.headers).await?;
    dev_key::note(&app, &parts.headers).await;
    let body = SyncWrapper::new(body);
    let call =
        Call { app, caller, params, query, headers: parts.headers, extensions: parts.extensions, ip, body };
    perform(route, call).await
}

/// Carries a call out, if its caller may do so now: every way to a handler leads through here.
pub async fn perform(route: &Route, mut call: Call) -> ApiResult<Response> {
    if call.caller.is_pending() && route.access != Access::Pending {
        // What everybody may do with an account or ask of the server needs no session. What GraphQL is asked for comes
        // through here again, one by one.
        if route.access == Access::Anybody
            && matches!(
                route.scope,
                "account"
                    | "sessions.write"
                    | "health.read"
                    | "graphql"
                    | "oauth2.write"
                    | "oauth2.introspect"
                    | "public"
            )
        {
            call.caller = Caller::guest();
        } else {
            return Err(caller::more_factors());
        }
    }
    impersonation::check(route, &call.caller)?;
    if !call.caller.is_key() {
        call.app.settings().check_route(&route.method, route.path)?;
    }
    let mut standing = None;
    let person = writes::rate(route, &call);
    if let Some(rate) = route.rate.or(person).filter(|_| call.is_limited()) {
        // Many people may come from one address; what only people do is counted for each.
        let who = call.caller.user_id().filter(|_| person.is_some()).unwrap_or_default();
        let (now, of) = (call.app.now(), format!("{} {} {} {who}", route.method, route.path, call.ip));
        let (left, any) = call.app.limits.count(now, of, rate);
        standing = Some(left);
        if !any {
            return Ok(with_standing(left.refusal(now).into_response(), left));
        }
    }
    if !may(&call.caller, route) {
        return Err(ApiError::unauthorized());
    }
    call.app.traffic.call(route);
    body::allow(&mut call, route);
    let (deed, app) = (Deed::of(route, &call), call.app.clone());
    let actor = call.caller.user_id().unwrap_or_default().to_owned();
    let patience = if call.caller.is_key() { Patience::KEYS } else { Patience::PEOPLE };
    let response = patience.with(events::as_actor(actor, (route.handler)(call))).await;
    let mut response = response.unwrap_or_else(IntoResponse::into_response);
    if let Some(deed) = deed.filter(|_| response.status().is_success()) {
        response = deed.note(&app, response).await;
    }
    Ok(match standing {
        Some(standing) => with_standing(response, standing),
        None => response,
    })
}

/// Whether a caller may call a route at all. What an access token was not lent stays closed to it, also where it is open to
/// everybody: who wants to be nobody sends no token.
fn may(caller: &Caller, route: &Route) -> bool {
    let of_app = route.access == Access::App;
    if caller.app().is_some() || of_app {
        return caller.app().is_some() && of_app;
    }
    let by_kind = match route.access {
        Access::Anybody => !caller.is_key() || caller.has_scope(route.scope),
        Access::User | Access::Pending => caller.user_id().is_some(),
        Access::Key => caller.has_scope(route.scope),
        Access::KeyOrImpersonator => caller.has_scope(route.scope) || caller.is_impersonator(),
        Access::App => false,
    };
    by_kind && caller.lends(route.scope)
}

/// The client's address: as the listener saw it, or as the proxy in front tells it where there is one.
fn address(app: &App, parts: &Parts) -> String {
    let forwarded = || {
        // The last entry is the one that our own proxy wrote.
        let header = parts.headers.get_all("x-forwarded-for").iter().next_back()?;
        Some(header.to_str().ok()?.rsplit(',').next()?.trim().to_owned())
    };
    let seen = || {
        let info = parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>()?;
        Some(info.0.ip().to_string())
    };
    app.config.behind_proxy.then(forwarded).flatten().or_else(seen).unwrap_or_default()
}

fn with_standing(mut response: Response, standing: Standing) -> Response {
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-limit", standing.limit.into());
    headers.insert("x-ratelimit-remaining", standing.remaining.into());
    headers.insert("x-ratelimit-reset", (standing.reset / 1000).into());
    response
}

fn check_project(app: &App, headers: &HeaderMap, query: &[(String, String)]) -> ApiResult<()> {
    let header = headers.get(PROJECT).and_then(|value| value.to_str().ok());
    let named =
        header.or_else(|| query.iter().find(|(key, _)| key == "project").map(|(_, value)| value.as_str()));
    // `GET /ping` and health checks name no project.
    match named {
        Some(project) if project != app.config.project => {
            Err(ApiError::not_found("project_not_found", "A project"))
        }
        _ => Ok(()),
    }
}

/// Answers pages of the declared origins and of our own only; programs without an origin are no concern of CORS. A
/// foreign page's request is refused and not just kept unread: its browser may have added somebody's session to it.
async fn cors(
    State(projects): State<Arc<Projects>>,
    mut request: Request,
    next: axum::middleware::Next,
) -> Response {
    let mut app = projects.first().clone();
    if let Some(id) = projects.wanted(&request) {
        match projects.get(&id).await {
            Ok(Some(further)) => {
                request.extensions_mut().insert(Chosen(further.clone()));
                app = further;
            }
            // Refused where the project is looked at.
            Ok(None) => {}
            Err(error) => return error.into_response(),
        }
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let host = request.headers().get(header::HOST).map(|host| host.as_bytes().to_vec());
    let is_declared = |origin: &HeaderValue| origin.to_str().is_ok_and(|origin| app.declares(origin));
    let is_ours = |origin: &HeaderValue| {
        let authority = origin.as_bytes().splitn(3, |byte| *byte == b'/').nth(2);
        authority.is_some() && authority == host.as_deref()
    };
    let foreign = origin.as_ref().is_some_and(|origin| !is_declared(origin) && !is_ours(origin));
    let preflight = request.method() == Method::OPTIONS;
    // A page that is being developed comes from anywhere, with a key that its browser does not show when it asks first.
    let developed = foreign
        && if preflight {
            dev_key::may_be_shown(&app, request.headers())
        } else {
            dev_key::is_shown(&app, request.headers())
        };
    let foreign = foreign && !developed;
    let declared = origin.filter(|origin| developed || is_declared(origin));
    let posted_back = request.method() == Method::POST && request.uri().path().starts_with(CALLBACK);
    let spoken = oauth2::spoken_by_pages(request.uri().path());
    let foreign = foreign && !posted_back && spoken.is_none();
    let mut response = match (preflight, foreign) {
        (true, false) => StatusCode::NO_CONTENT.into_response(),
        (true, true) => StatusCode::FORBIDDEN.into_response(),
        (false, true) => ApiError::new(
            StatusCode::FORBIDDEN,
            "general_unknown_origin",
            "Invalid Origin. An administrator declares the origins of pages in [server] origins, or as a web platform.",
        )
        .into_response(),
        (false, false) => next.run(request).await,
    };
    let headers = response.headers_mut();
    if spoken == Some(oauth2::Spoken::ByPrograms) {
        // Without the browser's cookies, which mean nothing there: a program shows itself by what it sends.
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate, Retry-After"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    } else if let Some(origin) = declared {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "Content-Type, Content-Range, Range, X-Appwrite-Dev-Key, X-Appwrite-ID, X-Appwrite-Impersonate-User-Email, \
                 X-Appwrite-Impersonate-User-Id, X-Appwrite-Impersonate-User-Phone, X-Appwrite-JWT, X-Appwrite-Key, \
                 X-Appwrite-Locale, X-Appwrite-Mode, X-Appwrite-Project, X-Appwrite-Response-Format, X-Appwrite-Session, \
                 X-Fallback-Cookies, X-SDK-GraphQL, X-SDK-Language, X-SDK-Name, X-SDK-Platform, X-SDK-Version",
            ),
            (
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                "X-Fallback-Cookies, X-Appwrite-Warning, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After",
            ),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    response
}
