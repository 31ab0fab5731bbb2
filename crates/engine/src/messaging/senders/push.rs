//! A message for devices, and how Google and Apple want it written.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// As a message keeps it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Push {
    pub title: Option<String>,
    pub body: Option<String>,
    pub data: Option<Map<String, Value>>,
    pub action: Option<String>,
    pub image: Option<Image>,
    pub icon: Option<String>,
    pub sound: Option<String>,
    pub color: Option<String>,
    pub tag: Option<String>,
    pub badge: Option<i64>,
    pub content_available: Option<bool>,
    pub critical: Option<bool>,
    pub priority: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Image {
    pub url: String,
}

impl Push {
    /// Whether it wakes the app and shows nothing.
    pub fn is_silent(&self) -> bool {
        self.content_available == Some(true) && self.title.is_none() && self.body.is_none()
    }

    /// Apple's numbers; what shows nothing may not be urgent.
    pub fn apple_priority(&self) -> &'static str {
        let urgent = self.priority.as_deref().unwrap_or("high") == "high";
        if urgent && !self.is_silent() { "10" } else { "5" }
    }

    /// What an Apple device is told. Data lies in `aps`, where apps look for it that were written for Appwrite.
    pub fn for_apple(&self) -> Value {
        let mut aps = self.aps();
        let mut alert = Map::new();
        put(&mut alert, "title", self.title.as_ref());
        put(&mut alert, "body", self.body.as_ref());
        if !alert.is_empty() {
            aps.insert("alert".into(), Value::Object(alert));
        }
        put(&mut aps, "data", self.data.as_ref());
        json!({ "aps": aps })
    }

    /// The `message` of FCM's HTTP v1 for one device.
    pub fn for_google(&self, token: &str) -> Value {
        let mut notification = Map::new();
        put(&mut notification, "title", self.title.as_ref());
        put(&mut notification, "body", self.body.as_ref());
        let mut android = Map::new();
        put(&mut android, "click_action", self.action.as_ref());
        put(&mut android, "image", self.image.as_ref().map(|image| &image.url));
        put(&mut android, "sound", self.sound.as_ref());
        put(&mut android, "icon", self.icon.as_ref());
        put(&mut android, "color", self.color.as_ref());
        put(&mut android, "tag", self.tag.as_ref());
        let mut message = json!({
            "token": token,
            "android": { "priority": self.priority.as_deref().unwrap_or("high") },
            "apns": {
                "headers": { "apns-priority": self.apple_priority() },
                "payload": { "aps": self.aps() },
            },
        });
        if !notification.is_empty() {
            message["notification"] = Value::Object(notification);
        }
        if !android.is_empty() {
            message["android"]["notification"] = Value::Object(android);
        }
        if let Some(image) = &self.image {
            message["apns"]["fcm_options"] = json!({ "image": image.url });
        }
        if let Some(data) = &self.data {
            // Google takes texts only.
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            message["data"] = data.iter().map(|(name, value)| (name.clone(), json!(text(value)))).collect();
        }
        message
    }

    fn aps(&self) -> Map<String, Value> {
        let mut aps = Map::new();
        put(&mut aps, "category", self.action.as_ref());
        put(&mut aps, "badge", self.badge);
        if self.content_available == Some(true) {
            aps.insert("content-available".into(), json!(1));
        }
        if self.image.is_some() {
            aps.insert("mutable-content".into(), json!(1));
        }
        let name = self.sound.as_deref();
        if self.critical == Some(true) {
            let name = name.unwrap_or("default");
            aps.insert("sound".into(), json!({ "critical": 1, "name": name, "volume": 1.0 }));
        } else {
            put(&mut aps, "sound", name);
        }
        aps
    }
}

fn put<T: serde::Serialize>(map: &mut Map<String, Value>, name: &str, value: Option<T>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), json!(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(value: Value) -> Push {
        serde_json::from_value(value).expect("a push message")
    }

    #[test]
    fn each_side_gets_it_in_its_own_words() {
        let push = push(json!({
            "title": "News", "body": "Look", "data": { "room": "a", "count": 2 }, "action": "OPEN", "icon": "bell",
            "image": { "bucketId": "b", "fileId": "f", "url": "https://x/i.png" }, "sound": "ping", "badge": 3,
            "color": "#00D4AA", "tag": "t", "priority": "normal",
        }));
        assert_eq!(
            push.for_google("device"),
            json!({
                "token": "device",
                "notification": { "title": "News", "body": "Look" },
                "data": { "room": "a", "count": "2" },
                "android": {
                    "priority": "normal",
                    "notification": {
                        "click_action": "OPEN", "image": "https://x/i.png", "sound": "ping", "icon": "bell",
                        "color": "#00D4AA", "tag": "t",
                    },
                },
                "apns": {
                    "headers": { "apns-priority": "5" },
                    "payload": { "aps": { "category": "OPEN", "badge": 3, "mutable-content": 1, "sound": "ping" } },
                    "fcm_options": { "image": "https://x/i.png" },
                },
            })
        );
        assert_eq!(
            push.for_apple(),
            json!({ "aps": {
                "alert": { "title": "News", "body": "Look" }, "data": { "room": "a", "count": 2 },
                "category": "OPEN", "badge": 3, "mutable-content": 1, "sound": "ping",
            } })
        );
    }

    #[test]
    fn what_shows_nothing_is_not_urgent_and_what_is_critical_sounds() {
        let silent = push(json!({ "contentAvailable": true, "data": {}, "priority": "high" }));
        assert!(silent.is_silent());
        assert_eq!(silent.apple_priority(), "5");
        assert_eq!(silent.for_apple(), json!({ "aps": { "content-available": 1, "data": {} } }));
        let critical = push(json!({ "title": "Fire", "critical": true }));
        assert_eq!(critical.apple_priority(), "10");
        assert_eq!(
            critical.for_apple()["aps"]["sound"],
            json!({ "critical": 1, "name": "default", "volume": 1.0 })
        );
    }
}
