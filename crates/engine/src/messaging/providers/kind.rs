//! What is known of each kind of provider: what it wants to be told, and how much it takes at once.

use crate::messaging::channel::Channel;

/// One kind of provider.
#[derive(Debug)]
pub struct Kind {
    /// As paths and models call it.
    pub name: &'static str,
    pub channel: Channel,
    pub fields: &'static [Field],
    /// Recipients of one request at most.
    pub batch: usize,
    /// The same for a mail with attachments.
    pub batch_attached: usize,
    /// Requests at once.
    pub lines: usize,
}

/// Something that a provider is told.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub form: Form,
    pub place: Place,
    /// Whether nothing can be sent without it.
    pub needed: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Form {
    Text,
    Address,
    /// With what counts where nobody says anything.
    Flag(bool),
    Port(u16),
    OneOf(&'static [&'static str]),
    Object,
}

/// Where a model shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nowhere.
    Secret,
    Credentials,
    Options,
}

const fn field(name: &'static str, form: Form, place: Place, needed: bool) -> Field {
    Field { name, form, place, needed }
}

const fn secret(name: &'static str) -> Field {
    field(name, Form::Text, Place::Secret, true)
}

const fn credential(name: &'static str) -> Field {
    field(name, Form::Text, Place::Credentials, true)
}

const FROM_NUMBER: Field = field("from", Form::Text, Place::Options, true);
const FROM_NAME: Field = field("fromName", Form::Text, Place::Options, false);
const FROM_EMAIL: Field = field("fromEmail", Form::Address, Place::Options, true);
const REPLY_NAME: Field = field("replyToName", Form::Text, Place::Options, false);
const REPLY_EMAIL: Field = field("replyToEmail", Form::Address, Place::Options, false);

pub static SMTP: Kind = Kind {
    name: "smtp",
    channel: Channel::Email,
    fields: &[
        field("host", Form::Text, Place::Credentials, true),
        field("port", Form::Port(587), Place::Credentials, false),
        field("username", Form::Text, Place::Credentials, false),
        field("password", Form::Text, Place::Secret, false),
        field("encryption", Form::OneOf(&["none", "ssl", "tls"]), Place::Options, false),
        field("autoTLS", Form::Flag(true), Place::Options, false),
        field("mailer", Form::Text, Place::Options, false),
        FROM_NAME,
        FROM_EMAIL,
        REPLY_NAME,
        REPLY_EMAIL,
    ],
    batch: 1,
    batch_attached: 1,
    lines: 4,
};

pub static MAILGUN: Kind = Kind {
    name: "mailgun",
    channel: Channel::Email,
    fields: &[
        secret("apiKey"),
        credential("domain"),
        field("isEuRegion", Form::Flag(false), Place::Credentials, false),
        FROM_NAME,
        FROM_EMAIL,
        REPLY_NAME,
        REPLY_EMAIL,
    ],
    batch: 1000,
    batch_attached: 1000,
    lines: 4,
};

pub static SENDGRID: Kind = Kind {
    name: "sendgrid",
    channel: Channel::Email,
    fields: &[secret("apiKey"), FROM_NAME, FROM_EMAIL, REPLY_NAME, REPLY_EMAIL],
    batch: 1000,
    batch_attached: 1000,
    lines: 4,
};

pub static RESEND: Kind = Kind {
    name: "resend",
    channel: Channel::Email,
    fields: &[secret("apiKey"), FROM_NAME, FROM_EMAIL, REPLY_NAME, REPLY_EMAIL],
    batch: 100,
    batch_attached: 1,
    lines: 1,
};

pub static SES: Kind = Kind {
    name: "ses",
    channel: Channel::Email,
    fields: &[
        credential("accessKey"),
        secret("secretKey"),
        credential("region"),
        FROM_NAME,
        FROM_EMAIL,
        REPLY_NAME,
        REPLY_EMAIL,
    ],
    batch: 1,
    batch_attached: 1,
    lines: 8,
};

pub static TWILIO: Kind = Kind {
    name: "twilio",
    channel: Channel::Sms,
    fields: &[credential("accountSid"), secret("authToken"), FROM_NUMBER],
    batch: 1,
    batch_attached: 1,
    lines: 8,
};

pub static VONAGE: Kind = Kind {
    name: "vonage",
    channel: Channel::Sms,
    fields: &[credential("apiKey"), secret("apiSecret"), FROM_NUMBER],
    batch: 1,
    batch_attached: 1,
    lines: 8,
};

pub static MSG91: Kind = Kind {
    name: "msg91",
    channel: Channel::Sms,
    fields: &[credential("templateId"), credential("senderId"), secret("authKey")],
    batch: 1,
    batch_attached: 1,
    lines: 8,
};

pub static TELESIGN: Kind = Kind {
    name: "telesign",
    channel: Channel::Sms,
    fields: &[
        credential("customerId"),
        secret("apiKey"),
        // Telesign chooses the sender's number itself.
        field("from", Form::Text, Place::Options, false),
    ],
    batch: 1,
    batch_attached: 1,
    lines: 8,
};

pub static TEXTMAGIC: Kind = Kind {
    name: "textmagic",
    channel: Channel::Sms,
    fields: &[credential("username"), secret("apiKey"), FROM_NUMBER],
    batch: 1,
    batch_attached: 1,
    lines: 8,
};

pub static FCM: Kind = Kind {
    name: "fcm",
    channel: Channel::Push,
    fields: &[field("serviceAccountJSON", Form::Object, Place::Secret, true)],
    batch: 1,
    batch_attached: 1,
    lines: 16,
};

pub static APNS: Kind = Kind {
    name: "apns",
    channel: Channel::Push,
    fields: &[
        secret("authKey"),
        credential("authKeyId"),
        credential("teamId"),
        credential("bundleId"),
        field("sandbox", Form::Flag(false), Place::Options, false),
    ],
    batch: 1,
    batch_attached: 1,
    lines: 16,
};

static KINDS: &[&Kind] = &[
    &SMTP, &MAILGUN, &SENDGRID, &RESEND, &SES, &TWILIO, &VONAGE, &MSG91, &TELESIGN, &TEXTMAGIC, &FCM, &APNS,
];

pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}
