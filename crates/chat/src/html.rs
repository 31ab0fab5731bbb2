//! Incoming HTML, reduced to what Matrix allows.
//!
//! Source: client-server API, "m.room.message msgtypes": the list of tags and attributes. Pictures inside text are
//! left out: they would tell a stranger's server when a message is read.

use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

const TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "del",
    "details",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
const SCHEMES: &[&str] = &["https", "http", "ftp", "mailto", "matrix"];
/// What an answer quotes for clients that know no replies.
const REPLY_FALLBACK: &str = "mx-reply";

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .add_tags(TAGS)
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("ol", ["start"])
        .add_tag_attributes("span", ["data-mx-color", "data-mx-bg-color", "data-mx-spoiler"])
        .add_tag_attributes("code", ["class"])
        .add_clean_content_tags(["script", "style", REPLY_FALLBACK])
        .add_url_schemes(SCHEMES)
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("code", "class") => value.starts_with("language-").then(|| value.into()),
            ("span", "data-mx-color" | "data-mx-bg-color") => is_colour(value).then(|| value.into()),
            _ => Some(value.into()),
        });
    builder
});

fn is_colour(value: &str) -> bool {
    value
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// Deeper than anybody writes: what comes deeper is shown as plain text, so that nobody's renderer recurses away.
const MAX_DEPTH: usize = 100;

/// The harmless part of `html`, or nothing where only plain text should be shown.
pub fn sanitise(html: &str) -> Option<String> {
    let clean = SANITISER.clean(html).to_string();
    (depth(&clean) <= MAX_DEPTH).then_some(clean)
}

static NO_TAGS: LazyLock<Builder<'static>> = LazyLock::new(Builder::empty);

/// Tags inside a line: words on both sides of every other one would run together without a space.
const INLINE: &[&str] = &["a", "b", "code", "del", "em", "i", "s", "span", "strong", "sub", "sup", "u"];

/// What a person reads of sanitised HTML, for where there is one line and no marks.
pub fn text(sanitised: &str) -> String {
    let blocks = TAGS.iter().filter(|tag| !INLINE.contains(tag));
    let apart = blocks.fold(sanitised.to_owned(), |html, tag| {
        html.replace(&format!("<{tag}>"), " ").replace(&format!("</{tag}>"), " ")
    });
    let escaped = NO_TAGS.clean(&apart).to_string();
    escaped
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !(tag.starts_with("br") || tag.starts_with("hr")) {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_styles_handlers_and_pictures_go() {
        let hostile = "<b onclick='x()'>hi</b><script>alert(1)</script><img src=x onerror=y><style>*{}</style>\
            <iframe src='https://evil.example'></iframe><svg><a xlink:href='javascript:x'>v</a></svg><form><input></form>";
        assert_eq!(sanitise(hostile).as_deref(), Some("<b>hi</b>"));
    }

    #[test]
    fn a_line_of_text_has_no_marks_and_runs_no_words_together() {
        let written = "<p>see <a href=\"https://x.org\">this</a>, <strong>now</strong>!</p>\n<pre><code>let a = b &amp;&amp; c;</code></pre>one<br>two<ul><li>three</li><li>four</li></ul>";
        let words: Vec<String> = text(written).split_whitespace().map(str::to_owned).collect();
        assert_eq!(words.join(" "), "see this, now! let a = b && c; one two three four");
        assert_eq!(text("&amp;lt;b&gt; &quot;x&quot;"), "&lt;b> \"x\"");
    }

    #[test]
    fn only_harmless_links_stay() {
        for bad in
            ["javascript:x", "data:text/html,x", "//evil", "/relative", "file:///etc/passwd", "tsres://x"]
        {
            let clean = sanitise(&format!("<a href=\"{bad}\">x</a>")).expect("HTML");
            assert!(!clean.contains("href"), "{bad}: {clean}");
        }
        let link = sanitise("<a href=\"https://matrix.to/#/@ben:localhost\">Ben</a>").expect("HTML");
        assert!(link.contains("href=\"https://matrix.to/#/@ben:localhost\""), "{link}");
    }

    #[test]
    fn what_markdown_makes_comes_through() {
        for html in
            ["<p>a <strong>b</strong> <em>c</em></p>", "<pre><code class=\"language-rust\">x</code></pre>"]
        {
            assert_eq!(sanitise(html).as_deref(), Some(html));
        }
        assert_eq!(sanitise("<mx-reply>quoted</mx-reply>answer").as_deref(), Some("answer"));
        assert_eq!(sanitise("<span data-mx-color=\"red\">x</span>").as_deref(), Some("<span>x</span>"));
    }

    #[test]
    fn bottomless_nesting_is_shown_as_plain_text() {
        assert_eq!(sanitise(&"<div>".repeat(5_000)), None);
    }
}
