//! What is to be known of a kind of provider. A provider is a row (`presets.rs`), not code.

/// One kind of provider.
pub struct Preset {
    /// As paths, sessions and identities have it.
    pub id: &'static str,
    /// As people know it.
    pub name: &'static str,
    /// Parameters of its settings, as the provider's own pages call them.
    pub client_id: &'static str,
    pub client_secret: &'static str,
    pub fields: &'static [Field],
    pub place: Place,
    /// What we ask for; programs may ask for more.
    pub scopes: &'static [&'static str],
    /// Further parameters of the page that people are sent to.
    pub parameters: &'static [(&'static str, &'static str)],
    pub client: Client,
    /// Whether it may be given PKCE's parameters. Who does not know them has to pass over them, and some do not.
    pub pkce: bool,
    pub reading: Reading,
}

/// What most rows have.
pub const USUAL: Preset = Preset {
    id: "",
    name: "",
    client_id: "clientId",
    client_secret: "clientSecret",
    fields: &[],
    place: Place::Discovered(""),
    scopes: &["openid", "profile", "email"],
    parameters: &[],
    client: Client::Post,
    pkce: true,
    reading: CLAIMS,
};

/// Where its endpoints are. `{name}` stands for a setting; what is in brackets falls away where its setting is empty.
pub enum Place {
    /// An OpenID Connect provider says it in a document, and signs who somebody is.
    Discovered(&'static str),
    Known(Known),
}

pub struct Known {
    pub authorize: &'static str,
    pub token: &'static str,
    /// Empty where it is that of `token`.
    pub refresh: &'static str,
    pub person: &'static str,
    /// Asked by POST, which wants a body.
    pub person_by_post: bool,
    /// How the access token is announced.
    pub scheme: &'static str,
    /// Wants the client's id in a header of this name; empty: none does.
    pub client_header: &'static str,
    /// A list of addresses, where the person's own page has none or does not say which is theirs; else empty.
    pub addresses: &'static str,
}

/// What most rows with known endpoints have.
pub const PLAIN: Known = Known {
    authorize: "",
    token: "",
    refresh: "",
    person: "",
    person_by_post: false,
    scheme: "Bearer",
    client_header: "",
    addresses: "",
};

/// How we show that we are the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// Id and secret in the form.
    Post,
    /// As name and password.
    Basic,
    /// As the provider takes it: the form first.
    Either,
    /// A token in the form that a key signs anew each time.
    AppleKey,
}

/// Where what we need stands in what a provider tells of somebody: JSON pointers, the first that leads somewhere.
pub struct Reading {
    pub id: &'static str,
    pub email: &'static str,
    pub verified: Verified,
    pub name: &'static [&'static str],
}

/// Whether the address is the person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// The provider does not say so.
    No,
    /// The provider tells none that is not.
    Always,
    /// A pointer to its word.
    Told(&'static str),
}

/// The claims of OpenID Connect.
pub const CLAIMS: Reading = Reading {
    id: "/sub",
    email: "/email",
    verified: Verified::Told("/email_verified"),
    name: &["/name", "/preferred_username"],
};

/// A setting besides the client's id and secret.
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub default: &'static str,
    /// Whether nobody can sign in without it.
    pub needed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `login.example.org`, with a port where it has one.
    Domain,
    Url,
    /// A part of a path.
    Word,
    /// Never read again by anybody.
    Secret,
    /// How people are asked: some of these words, `none` only alone.
    Prompt(&'static [&'static str]),
    /// Seconds since somebody last showed the provider who they are.
    Seconds,
}

pub const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, default: "", needed: false }
}

impl Field {
    pub const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    pub const fn or(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}

impl Preset {
    /// Whether it signs who somebody is, so that a program may bring such a token by itself.
    pub const fn signs(&self) -> bool {
        matches!(self.place, Place::Discovered(_))
    }

    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
