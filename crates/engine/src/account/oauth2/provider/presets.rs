//! The providers that are known here, each a row. What a row does not say is as `USUAL` and `PLAIN` have it.
//!
//! `Verified::Always` stands only where the provider's own documentation says that it tells none but verified addresses.

use super::preset::{CLAIMS, Client, Kind, Known, PLAIN, Place, Preset, Reading, USUAL, Verified, field};

/// In the order of their ids.
pub const ALL: &[Preset] = &[
    Preset {
        id: "amazon",
        name: "Amazon",
        place: Place::Known(Known {
            authorize: "https://www.amazon.com/ap/oa",
            token: "https://api.amazon.com/auth/o2/token",
            person: "https://api.amazon.com/user/profile",
            ..PLAIN
        }),
        scopes: &["profile"],
        reading: Reading { id: "/user_id", verified: Verified::No, ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "apple",
        name: "Apple",
        client_id: "serviceId",
        client_secret: "p8File",
        fields: &[field("keyId", Kind::Secret).needed(), field("teamId", Kind::Secret).needed()],
        place: Place::Discovered("https://appleid.apple.com/.well-known/openid-configuration"),
        scopes: &["name", "email"],
        // Apple sends the name only so.
        parameters: &[("response_mode", "form_post")],
        client: Client::AppleKey,
        ..USUAL
    },
    Preset {
        id: "auth0",
        name: "Auth0",
        fields: &[field("endpoint", Kind::Domain).needed()],
        place: Place::Discovered("https://{endpoint}/.well-known/openid-configuration"),
        client: Client::Either,
        ..USUAL
    },
    Preset {
        id: "authentik",
        name: "Authentik",
        fields: &[field("endpoint", Kind::Domain).needed()],
        // Each of its applications is an issuer of its own, whose name is not among the settings.
        place: Place::Known(Known {
            authorize: "https://{endpoint}/application/o/authorize/",
            token: "https://{endpoint}/application/o/token/",
            person: "https://{endpoint}/application/o/userinfo/",
            ..PLAIN
        }),
        ..USUAL
    },
    Preset {
        id: "autodesk",
        name: "Autodesk",
        place: Place::Known(Known {
            authorize: "https://developer.api.autodesk.com/authentication/v2/authorize",
            token: "https://developer.api.autodesk.com/authentication/v2/token",
            person: "https://api.userprofile.autodesk.com/userinfo",
            ..PLAIN
        }),
        scopes: &["user-profile:read"],
        client: Client::Basic,
        ..USUAL
    },
    Preset {
        id: "bitbucket",
        name: "Bitbucket",
        client_id: "key",
        client_secret: "secret",
        place: Place::Known(Known {
            authorize: "https://bitbucket.org/site/oauth2/authorize",
            token: "https://bitbucket.org/site/oauth2/access_token",
            person: "https://api.bitbucket.org/2.0/user",
            addresses: "https://api.bitbucket.org/2.0/user/emails",
            ..PLAIN
        }),
        scopes: &["account", "email"],
        client: Client::Basic,
        reading: Reading { id: "/uuid", name: &["/display_name"], ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "box",
        name: "Box",
        place: Place::Known(Known {
            authorize: "https://account.box.com/api/oauth2/authorize",
            token: "https://api.box.com/oauth2/token",
            person: "https://api.box.com/2.0/users/me",
            ..PLAIN
        }),
        scopes: &[],
        reading: Reading { id: "/id", email: "/login", verified: Verified::No, ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "discord",
        name: "Discord",
        place: Place::Known(Known {
            authorize: "https://discord.com/oauth2/authorize",
            token: "https://discord.com/api/oauth2/token",
            person: "https://discord.com/api/users/@me",
            ..PLAIN
        }),
        scopes: &["identify", "email"],
        reading: Reading {
            id: "/id",
            verified: Verified::Told("/verified"),
            name: &["/global_name", "/username"],
            ..CLAIMS
        },
        ..USUAL
    },
    Preset {
        id: "dropbox",
        name: "Dropbox",
        client_id: "appKey",
        client_secret: "appSecret",
        place: Place::Known(Known {
            authorize: "https://www.dropbox.com/oauth2/authorize",
            token: "https://api.dropboxapi.com/oauth2/token",
            person: "https://api.dropboxapi.com/2/users/get_current_account",
            person_by_post: true,
            ..PLAIN
        }),
        scopes: &["account_info.read"],
        parameters: &[("token_access_type", "offline")],
        reading: Reading { id: "/account_id", name: &["/name/display_name"], ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "facebook",
        name: "Facebook",
        client_id: "appId",
        client_secret: "appSecret",
        place: Place::Known(Known {
            authorize: "https://www.facebook.com/dialog/oauth",
            token: "https://graph.facebook.com/oauth/access_token",
            person: "https://graph.facebook.com/me?fields=id,name,email",
            ..PLAIN
        }),
        scopes: &["email"],
        reading: Reading { id: "/id", verified: Verified::No, ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "figma",
        name: "Figma",
        place: Place::Known(Known {
            authorize: "https://www.figma.com/oauth",
            token: "https://api.figma.com/v1/oauth/token",
            refresh: "https://api.figma.com/v1/oauth/refresh",
            person: "https://api.figma.com/v1/me",
            ..PLAIN
        }),
        scopes: &["current_user:read"],
        client: Client::Basic,
        reading: Reading { id: "/id", verified: Verified::No, name: &["/handle"], ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "fusionauth",
        name: "FusionAuth",
        fields: &[field("endpoint", Kind::Domain).needed()],
        // Its issuer is a setting of each tenant there, and need not be its address.
        place: Place::Known(Known {
            authorize: "https://{endpoint}/oauth2/authorize",
            token: "https://{endpoint}/oauth2/token",
            person: "https://{endpoint}/oauth2/userinfo",
            ..PLAIN
        }),
        ..USUAL
    },
    Preset {
        id: "github",
        name: "GitHub",
        place: Place::Known(Known {
            authorize: "https://github.com/login/oauth/authorize",
            token: "https://github.com/login/oauth/access_token",
            person: "https://api.github.com/user",
            addresses: "https://api.github.com/user/emails",
            ..PLAIN
        }),
        scopes: &["user:email"],
        reading: Reading { id: "/id", verified: Verified::No, name: &["/name", "/login"], ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "gitlab",
        name: "GitLab",
        client_id: "applicationId",
        client_secret: "secret",
        fields: &[field("endpoint", Kind::Url).or("https://gitlab.com")],
        place: Place::Discovered("{endpoint}/.well-known/openid-configuration"),
        client: Client::Either,
        ..USUAL
    },
    Preset {
        id: "google",
        name: "Google",
        fields: &[field("prompt", Kind::Prompt(&["none", "consent", "select_account"])).or("consent")],
        place: Place::Discovered("https://accounts.google.com/.well-known/openid-configuration"),
        parameters: &[("access_type", "offline")],
        ..USUAL
    },
    Preset {
        id: "keycloak",
        name: "Keycloak",
        fields: &[field("endpoint", Kind::Domain).needed(), field("realmName", Kind::Word).needed()],
        place: Place::Discovered("https://{endpoint}/realms/{realmName}/.well-known/openid-configuration"),
        client: Client::Either,
        ..USUAL
    },
    Preset {
        id: "kick",
        name: "Kick",
        place: Place::Known(Known {
            authorize: "https://id.kick.com/oauth/authorize",
            token: "https://id.kick.com/oauth/token",
            person: "https://api.kick.com/public/v1/users",
            ..PLAIN
        }),
        scopes: &["user:read"],
        reading: Reading {
            id: "/data/0/user_id",
            email: "/data/0/email",
            verified: Verified::No,
            name: &["/data/0/name"],
        },
        ..USUAL
    },
    Preset {
        id: "linkedin",
        name: "LinkedIn",
        client_secret: "primaryClientSecret",
        place: Place::Known(Known {
            authorize: "https://www.linkedin.com/oauth/v2/authorization",
            token: "https://www.linkedin.com/oauth/v2/accessToken",
            person: "https://api.linkedin.com/v2/userinfo",
            ..PLAIN
        }),
        pkce: false,
        ..USUAL
    },
    Preset {
        id: "microsoft",
        name: "Microsoft",
        client_id: "applicationId",
        client_secret: "applicationSecret",
        fields: &[field("tenant", Kind::Word).or("common")],
        place: Place::Discovered(
            "https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration",
        ),
        // An address that an administrator of any tenant wrote down proves nothing; this claim says that it is theirs.
        reading: Reading { verified: Verified::Told("/xms_edov"), ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "oidc",
        name: "OpenID Connect",
        fields: &[
            field("wellKnownURL", Kind::Url),
            field("authorizationURL", Kind::Url),
            field("tokenURL", Kind::Url),
            field("userInfoURL", Kind::Url),
            field("prompt", Kind::Prompt(&["none", "login", "consent", "select_account"])),
            field("maxAge", Kind::Seconds),
        ],
        place: Place::Discovered("{wellKnownURL}"),
        client: Client::Either,
        ..USUAL
    },
    Preset {
        id: "okta",
        name: "Okta",
        fields: &[field("domain", Kind::Domain).needed(), field("authorizationServerId", Kind::Word)],
        place: Place::Discovered(
            "https://{domain}[/oauth2/{authorizationServerId}]/.well-known/openid-configuration",
        ),
        client: Client::Either,
        ..USUAL
    },
    Preset {
        id: "salesforce",
        name: "Salesforce",
        client_id: "customerKey",
        client_secret: "customerSecret",
        place: Place::Known(Known {
            authorize: "https://login.salesforce.com/services/oauth2/authorize",
            token: "https://login.salesforce.com/services/oauth2/token",
            person: "https://login.salesforce.com/services/oauth2/userinfo",
            ..PLAIN
        }),
        scopes: &["openid", "email", "profile"],
        reading: Reading { id: "/user_id", ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "slack",
        name: "Slack",
        place: Place::Discovered("https://slack.com/.well-known/openid-configuration"),
        ..USUAL
    },
    Preset {
        id: "spotify",
        name: "Spotify",
        place: Place::Known(Known {
            authorize: "https://accounts.spotify.com/authorize",
            token: "https://accounts.spotify.com/api/token",
            person: "https://api.spotify.com/v1/me",
            ..PLAIN
        }),
        scopes: &["user-read-email"],
        client: Client::Basic,
        reading: Reading { id: "/id", verified: Verified::No, name: &["/display_name"], ..CLAIMS },
        ..USUAL
    },
    Preset {
        id: "twitch",
        name: "Twitch",
        place: Place::Known(Known {
            authorize: "https://id.twitch.tv/oauth2/authorize",
            token: "https://id.twitch.tv/oauth2/token",
            person: "https://api.twitch.tv/helix/users",
            client_header: "client-id",
            ..PLAIN
        }),
        scopes: &["user:read:email"],
        reading: Reading {
            id: "/data/0/id",
            email: "/data/0/email",
            verified: Verified::Always,
            name: &["/data/0/display_name"],
        },
        ..USUAL
    },
    Preset {
        id: "wordpress",
        name: "WordPress.com",
        place: Place::Known(Known {
            authorize: "https://public-api.wordpress.com/oauth2/authorize",
            token: "https://public-api.wordpress.com/oauth2/token",
            person: "https://public-api.wordpress.com/rest/v1/me",
            ..PLAIN
        }),
        scopes: &["auth"],
        reading: Reading {
            id: "/ID",
            verified: Verified::No,
            name: &["/display_name", "/username"],
            ..CLAIMS
        },
        ..USUAL
    },
    Preset {
        id: "x",
        name: "X",
        client_id: "customerKey",
        client_secret: "secretKey",
        place: Place::Known(Known {
            authorize: "https://x.com/i/oauth2/authorize",
            token: "https://api.x.com/2/oauth2/token",
            person: "https://api.x.com/2/users/me?user.fields=confirmed_email",
            ..PLAIN
        }),
        scopes: &["users.read", "users.email", "offline.access"],
        client: Client::Basic,
        reading: Reading {
            id: "/data/id",
            email: "/data/confirmed_email",
            verified: Verified::Always,
            name: &["/data/name"],
        },
        ..USUAL
    },
    Preset {
        id: "yahoo",
        name: "Yahoo",
        place: Place::Discovered("https://api.login.yahoo.com/.well-known/openid-configuration"),
        client: Client::Either,
        ..USUAL
    },
    Preset {
        id: "yandex",
        name: "Yandex",
        place: Place::Known(Known {
            authorize: "https://oauth.yandex.com/authorize",
            token: "https://oauth.yandex.com/token",
            person: "https://login.yandex.ru/info?format=json",
            scheme: "OAuth",
            ..PLAIN
        }),
        scopes: &["login:email", "login:info"],
        reading: Reading {
            id: "/id",
            email: "/default_email",
            verified: Verified::No,
            name: &["/real_name", "/display_name"],
        },
        ..USUAL
    },
    Preset {
        id: "zoom",
        name: "Zoom",
        place: Place::Known(Known {
            authorize: "https://zoom.us/oauth/authorize",
            token: "https://zoom.us/oauth/token",
            person: "https://api.zoom.us/v2/users/me",
            ..PLAIN
        }),
        scopes: &[],
        client: Client::Basic,
        reading: Reading {
            id: "/id",
            verified: Verified::Told("/verified"),
            name: &["/display_name", "/first_name"],
            ..CLAIMS
        },
        ..USUAL
    },
];

/// The row of a provider.
pub fn find(id: &str) -> Option<&'static Preset> {
    ALL.iter().find(|preset| preset.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::remote::may_ask;

    /// The setting of each `{name}` of a template.
    fn names(template: &str) -> Vec<&str> {
        let names = template.split('{').skip(1);
        names.map(|rest| rest.split_once('}').expect("closed").0).collect()
    }

    #[test]
    fn rows_are_whole() {
        for (before, after) in ALL.iter().zip(&ALL[1..]) {
            assert!(before.id < after.id, "{} is out of order", after.id);
        }
        for preset in ALL {
            let templates = match &preset.place {
                Place::Discovered(template) => vec![*template],
                Place::Known(known) => vec![known.authorize, known.token, known.person],
            };
            for template in templates {
                for name in names(template) {
                    let known = preset.field(name).expect("a setting");
                    let given = known.needed || !known.default.is_empty() || template.contains('[');
                    assert!(given || preset.id == "oidc", "{}: {name} may be missing", preset.id);
                }
                let filled = template.replace(['{', '}', '[', ']'], "");
                if !template.starts_with('{') {
                    assert!(may_ask(&url::Url::parse(&filled).expect("a URL")), "{template}");
                    assert!(filled.starts_with("https://"), "{template}");
                }
            }
            assert!(!preset.name.is_empty() && !preset.reading.id.is_empty());
        }
        assert!(find("google").is_some_and(Preset::signs) && find("nobody").is_none());
    }
}
