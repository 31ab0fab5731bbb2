//! What a browser does: keeps cookies, each for its path, and goes where it is sent, one step at a time.

use reqwest::{Response, redirect::Policy};
use serde_json::Value;
use url::Url;

pub struct Browser {
    http: reqwest::Client,
    /// Name, value, path.
    cookies: Vec<(String, String, String)>,
}

impl Browser {
    pub fn new() -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { http, cookies: Vec::new() }
    }

    pub async fn get(&mut self, url: &Url) -> Response {
        let request = self.http.get(url.clone()).header("cookie", self.cookies_for(url));
        let answer = request.send().await.expect("answered");
        self.take(&answer);
        answer
    }

    /// What a person is shown who opens an address: status, policy and page.
    pub async fn shown(&mut self, url: &Url) -> (u16, String, String) {
        let request = self.http.get(url.clone()).header("cookie", self.cookies_for(url));
        let request =
            request.header("accept", "text/html,application/xhtml+xml").header("accept-language", "de");
        let answer = request.send().await.expect("answered");
        self.take(&answer);
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("cache-control"), "no-store", "{url}");
        let (status, policy) = (answer.status().as_u16(), header("content-security-policy"));
        (status, policy, answer.text().await.expect("text"))
    }

    /// A change of the API, as the page that is open makes it.
    pub async fn patch(&mut self, base: &str, path: &str) -> Value {
        let url = Url::parse(&format!("{base}{path}")).expect("a URL");
        let request = self.http.patch(url.clone()).header("cookie", self.cookies_for(&url));
        let answer = request.send().await.expect("answered");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// Where a page sends the browser.
    pub async fn sent_to(&mut self, url: &Url) -> Url {
        let answer = self.get(url).await;
        let location = location(url, &answer);
        match location {
            Some(location) => location,
            None => panic!("{url}: {} {}", answer.status(), answer.text().await.expect("text")),
        }
    }

    /// The error of a page that sends nowhere.
    pub async fn refused(&mut self, url: &Url) -> (u16, String) {
        let answer = self.get(url).await;
        assert_eq!(location(url, &answer), None);
        let status = answer.status().as_u16();
        let error: Value = answer.json().await.expect("an error in JSON");
        (status, error["type"].as_str().expect("a type").to_owned())
    }

    /// The JSON of a page of the API.
    pub async fn read(&mut self, base: &str, path: &str) -> Value {
        let answer = self.get(&Url::parse(&format!("{base}{path}")).expect("a URL")).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    pub async fn is_signed_in(&mut self, base: &str) -> bool {
        self.get(&Url::parse(&format!("{base}/account")).expect("a URL")).await.status().is_success()
    }

    /// What it would send to a page.
    pub fn cookies_for(&self, url: &Url) -> String {
        let fit = self.cookies.iter().filter(|(_, _, path)| url.path().starts_with(path));
        fit.map(|(name, value, _)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Cookies that the sign-ins which are under way left.
    pub fn pending(&self) -> usize {
        self.cookies.iter().filter(|(name, ..)| name.starts_with("a_oauth2_")).count()
    }

    pub fn take(&mut self, answer: &Response) {
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            let (name, value) =
                cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            let attribute = |wanted: &str| {
                cookie.split("; ").find_map(|part| part.strip_prefix(wanted)).unwrap_or_default().to_owned()
            };
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            self.cookies.retain(|(known, ..)| known != name);
            if attribute("Max-Age=") != "0" {
                self.cookies.push((name.to_owned(), value.to_owned(), attribute("Path=")));
            }
        }
    }
}

fn location(from: &Url, answer: &Response) -> Option<Url> {
    if !answer.status().is_redirection() {
        return None;
    }
    let location = answer.headers().get("location")?.to_str().ok()?;
    Some(from.join(location).expect("a URL"))
}
