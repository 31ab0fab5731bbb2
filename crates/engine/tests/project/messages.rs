//! Mail in the organisation's own words and through its own server, and numbers that nobody has.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::mpsc,
};

use crate::{harness::Running, of};

/// A mail server that takes everything, and what it was told of each connection.
async fn mail_server() -> (std::net::SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = listener.local_addr().expect("address");
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let (read, mut write) = socket.into_split();
                let mut lines = BufReader::new(read).lines();
                let (mut heard, mut in_mail) = (String::new(), false);
                let _ = write.write_all(b"220 here\r\n").await;
                while let Ok(Some(line)) = lines.next_line().await {
                    heard.push_str(&line);
                    heard.push('\n');
                    let answer: &[u8] = match (in_mail, line.as_str()) {
                        (true, ".") => {
                            in_mail = false;
                            b"250 kept\r\n"
                        }
                        (true, _) => continue,
                        (false, "DATA") => {
                            in_mail = true;
                            b"354 go on\r\n"
                        }
                        (false, "QUIT") => {
                            let _ = write.write_all(b"221 bye\r\n").await;
                            break;
                        }
                        (false, line) if line.starts_with("EHLO") => b"250-here\r\n250 AUTH PLAIN\r\n",
                        (false, line) if line.starts_with("AUTH") => b"235 come in\r\n",
                        (false, _) => b"250 yes\r\n",
                    };
                    let _ = write.write_all(answer).await;
                }
                let _ = tell.send(heard);
            });
        }
    });
    (address, told)
}

#[tokio::test]
async fn a_tester_signs_in_with_a_number_that_nobody_has() {
    let engine = Running::with(|config| config.messenger.sms = telestack_engine::Outlet::None).await;
    let admin = engine.admin();
    let guest = engine.guest();
    let (phone, phones) = ("+4930000001", "/project/mock-phones");
    let ask = json!({ "userId": "tess", "phone": phone });
    assert_eq!(guest.refused(Method::POST, "/account/tokens/phone", &ask).await.1, "general_phone_disabled");
    let mock = json!({ "number": phone, "otp": "424242" });
    admin.ok(Method::POST, phones, &mock).await;
    assert_eq!(admin.refused(Method::POST, phones, &mock).await, of(409, "mock_number_already_exists"));
    let token = guest.ok(Method::POST, "/account/tokens/phone", &ask).await;
    let redeem = |secret: &str| json!({ "userId": token["userId"], "secret": secret });
    assert_eq!(guest.refused(Method::PUT, "/account/sessions/phone", &redeem("111111")).await.0, 401);
    guest.ok(Method::PUT, "/account/sessions/phone", &redeem("424242")).await;
    let one = format!("{phones}/%2B4930000001");
    admin.ok(Method::PUT, &one, &json!({ "otp": "111111" })).await;
    assert_eq!(admin.get(&one).await["otp"], "111111");
    assert_eq!(admin.get(phones).await["mockNumbers"][0]["number"], phone);
    for bad in [json!({ "number": phone, "otp": "12345" }), json!({ "number": "123", "otp": "123456" })] {
        assert_eq!(admin.refused(Method::POST, phones, &bad).await.0, 400);
    }
    admin.ok(Method::DELETE, &one, &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, &one, &Value::Null).await, of(404, "mock_number_not_found"));
    assert_eq!(guest.refused(Method::POST, "/account/tokens/phone", &ask).await.1, "general_phone_disabled");
    for number in 0..10 {
        admin
            .ok(Method::POST, phones, &json!({ "number": format!("+493000001{number}"), "otp": "123456" }))
            .await;
    }
    assert_eq!(admin.refused(Method::POST, phones, &mock).await, of(400, "mock_number_limit_exceeded"));
}

#[tokio::test]
async fn mail_goes_through_the_server_that_was_set_in_the_organisations_own_words() {
    let (address, mut told) = mail_server().await;
    let inside = address.to_string();
    let engine = Running::with(|config| config.inside = vec![inside]).await;
    let admin = engine.admin();
    engine.user("ada").await;
    let smtp = "/project/smtp";
    let invalid = of(400, "project_smtp_config_invalid");
    let mut server = json!({
        "host": "localhost", "port": address.port(), "username": "us", "password": "open sesame",
        "senderEmail": "no-reply@north.example", "senderName": "North", "replyToEmail": "desk@north.example",
        "enabled": true,
    });
    // The name leads inside, and only the address is allowed.
    assert_eq!(admin.refused(Method::PATCH, smtp, &server).await, invalid);
    server["host"] = json!("169.254.169.254");
    assert_eq!(admin.refused(Method::PATCH, smtp, &server).await, invalid);
    let test = json!({ "emails": ["desk@example.org"] });
    assert_eq!(admin.refused(Method::POST, "/project/smtp/tests", &test).await.0, 400);
    server["host"] = json!("127.0.0.1");
    let project = admin.ok(Method::PATCH, smtp, &server).await;
    assert_eq!((&project["smtpEnabled"], &project["smtpPassword"]), (&json!(true), &json!("")));
    assert!(!project.to_string().contains("sesame"));
    told.recv().await.expect("it was tried before it is used");
    admin.ok(Method::POST, "/project/smtp/tests", &test).await;
    let mail = told.recv().await.expect("a mail");
    for part in [
        "RCPT TO:<desk@example.org>",
        "From: North <no-reply@north.example>",
        "Reply-To: desk@north.example",
        "AUTH",
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }

    let templates = "/project/templates/email";
    let built_in = admin.get(&format!("{templates}/recovery")).await;
    assert!(built_in["message"].as_str().expect("a message").contains("{{redirect}}"));
    assert_eq!(admin.get(templates).await["total"], 0);
    let own = json!({
        "templateId": "recovery", "locale": "fr", "subject": "Mot de passe de {{project}}",
        "message": "<p>Ici: <a href=\"{{redirect}}\">continuer</a></p>", "senderName": "Nord",
    });
    admin.ok(Method::PATCH, templates, &own).await;
    let useless = json!({ "templateId": "recovery", "locale": "it", "subject": "x", "message": "ciao" });
    assert_eq!(admin.refused(Method::PATCH, templates, &useless).await.0, 400);
    let recovery = json!({ "email": "ada@example.org", "url": "https://app.example.org/new" });
    engine.guest().with("x-appwrite-locale", "fr-CA").ok(Method::POST, "/account/recovery", &recovery).await;
    let mail = told.recv().await.expect("a mail");
    for part in [
        "Subject: Mot de passe de Northlight",
        "From: Nord <no-reply@north.example>",
        "https://app.example.org/new",
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }
    engine.guest().with("x-appwrite-locale", "en").ok(Method::POST, "/account/recovery", &recovery).await;
    assert!(told.recv().await.expect("a mail").contains("A new password for Northlight"));
    assert_eq!(admin.get(templates).await["templates"][0]["locale"], "fr");
    for bad in [
        json!({ "templateId": "welcome", "message": "x" }),
        json!({ "templateId": "recovery", "locale": "french" }),
        json!({ "templateId": "recovery", "subject": "a\nBcc: x@y.z" }),
        json!({ "templateId": "recovery", "senderEmail": "nobody" }),
    ] {
        assert_eq!(admin.refused(Method::PATCH, templates, &bad).await.0, 400, "{bad}");
    }
    // Turned off, mail goes where the configuration says.
    admin.ok(Method::PATCH, smtp, &json!({ "enabled": false })).await;
    engine.guest().ok(Method::POST, "/account/recovery", &recovery).await;
    engine.message("ada@example.org").await;
    for file in ["engine.sqlite", "engine.sqlite-wal"] {
        let bytes = std::fs::read(engine.folder.as_ref().expect("folder").path().join(file)).expect(file);
        assert!(!bytes.windows(11).any(|part| part == b"open sesame"), "the password is kept sealed");
    }
}
