//! GraphQL: the same operations as over REST, with the same rights, and no way around a limit.

mod harness;

use std::time::{Duration, Instant};

use harness::{Client, PASSWORD, Running};
use reqwest::Method;
use serde_json::{Value, json};

/// Asks, and answers what came.
async fn ask(client: &Client, query: &str, variables: Value) -> Value {
    client.ok(Method::POST, "/graphql", &json!({ "query": query, "variables": variables })).await
}

/// The data of an answer without errors.
async fn data(client: &Client, query: &str, variables: Value) -> Value {
    let answer = ask(client, query, variables).await;
    assert!(answer.get("errors").is_none(), "{query}: {answer}");
    answer["data"].clone()
}

/// Code and type of the first error.
async fn refused(client: &Client, query: &str, variables: Value) -> (u64, String) {
    let answer = ask(client, query, variables).await;
    let extensions = &answer["errors"][0]["extensions"];
    let code = extensions["code"].as_u64();
    (
        code.unwrap_or_else(|| panic!("{query}: {answer}")),
        extensions["type"].as_str().unwrap_or_default().to_owned(),
    )
}

fn of(code: u64, kind: &str) -> (u64, String) {
    (code, kind.to_owned())
}

const TABLE: &str = "mutation {
    tablesDBCreate(databaseId: \"main\", name: \"Main\") { _id name }
    tablesDBCreateTable(databaseId: \"main\", tableId: \"notes\", name: \"Notes\",
      permissions: [\"create(\\\"users\\\")\"], rowSecurity: true) { _id rowSecurity _permissions }
    tablesDBCreateVarcharColumn(databaseId: \"main\", tableId: \"notes\", key: \"title\", size: 20, required: true) { key size }
    tablesDBCreateFloatColumn(databaseId: \"main\", tableId: \"notes\", key: \"rank\", required: false, min: 0.5) { key min }
  }";

#[tokio::test]
async fn rows_are_written_and_read_with_the_callers_own_rights() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let made = data(&admin, TABLE, json!({})).await;
    assert_eq!(made["tablesDBCreateTable"]["_permissions"], json!(["create(\"users\")"]));
    assert_eq!(made["tablesDBCreateFloatColumn"]["min"], 0.5);
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let create = "mutation($id: String!, $data: Json!, $permissions: [String!]) {
        tablesDBCreateRow(databaseId: \"main\", tableId: \"notes\", rowId: $id, data: $data, permissions: $permissions) {
          _id _tableId _databaseId _permissions _createdAt data
        }
      }";
    let one = json!({ "id": "one", "data": { "title": "First", "rank": 1.5 } });
    let row = data(&ada, create, one.clone()).await["tablesDBCreateRow"].clone();
    assert_eq!((&row["_id"], &row["_tableId"]), (&json!("one"), &json!("notes")));
    let content: Value = serde_json::from_str(row["data"].as_str().expect("text")).expect("JSON");
    assert_eq!(content, json!({ "title": "First", "rank": 1.5 }));
    // Data as a text, as Appwrite's own examples have it; and a refusal that says why.
    let text = json!({ "id": "two", "data": "{\"title\":\"Second\"}", "permissions": ["read(\"users\")"] });
    data(&ada, create, text).await;
    assert_eq!(refused(&ada, create, one).await, of(409, "row_already_exists"));
    let bad = json!({ "id": "x", "data": { "title": 7 } });
    assert_eq!(refused(&ada, create, bad).await, of(400, "row_invalid_structure"));
    let lent = json!({ "id": "x", "data": { "title": "x" }, "permissions": ["read(\"user:ben\")"] });
    assert_eq!(refused(&ada, create, lent).await, of(401, "user_unauthorized"));

    let list = "query($queries: [String]) {
        tablesDBListRows(databaseId: \"main\", tableId: \"notes\", queries: $queries) { total rows { _id data } }
        databasesListDocuments(databaseId: \"main\", collectionId: \"notes\", total: false) { total documents { _id _collectionId } }
      }";
    let equal = json!({ "method": "equal", "attribute": "title", "values": ["First"] }).to_string();
    let listed = data(&ada, list, json!({ "queries": [equal] })).await;
    assert_eq!(listed["tablesDBListRows"]["total"], 1);
    assert_eq!(listed["databasesListDocuments"]["total"], 0);
    assert_eq!(listed["databasesListDocuments"]["documents"][0]["_collectionId"], "notes");
    let of_ben = data(&ben, list, json!({})).await;
    let rows = of_ben["tablesDBListRows"]["rows"].as_array().expect("rows");
    assert_eq!((rows.len(), &rows[0]["_id"]), (1, &json!("two")));
    assert_eq!(data(&engine.guest(), list, json!({})).await["tablesDBListRows"]["total"], 0);
    // One of several fails: the others are answered, it is null.
    let some = "{ mine: accountGet { _id prefs { data } }
        other: tablesDBGetRow(databaseId: \"main\", tableId: \"notes\", rowId: \"one\") { _id } }";
    let answer = ask(&ben, some, json!({})).await;
    assert_eq!(answer["data"], json!({ "mine": { "_id": "ben", "prefs": { "data": "{}" } }, "other": null }));
    let error = &answer["errors"][0];
    assert_eq!(error["path"], json!(["other"]));
    assert_eq!(error["extensions"]["type"], "row_not_found");
    assert!(error["extensions"]["version"].is_string() && error["message"].is_string());
    // Columns are told apart.
    let columns = "{ tablesDBGetTable(databaseId: \"main\", tableId: \"notes\") { name columns {
        ... on ColumnVarchar { key size } ... on ColumnFloat { key lowest: min } } } }";
    assert_eq!(
        data(&admin, columns, json!({})).await["tablesDBGetTable"]["columns"],
        json!([{ "key": "title", "size": 20 }, { "key": "rank", "lowest": 0.5 }])
    );
    let delete =
        "mutation { tablesDBDeleteRow(databaseId: \"main\", tableId: \"notes\", rowId: \"one\") { status } }";
    assert_eq!(refused(&ben, delete, json!({})).await, of(404, "row_not_found"));
    assert_eq!(data(&ada, delete, json!({})).await, json!({ "tablesDBDeleteRow": { "status": "OK" } }));
}

#[tokio::test]
async fn nothing_opens_here_that_is_closed_elsewhere() {
    let engine = Running::start().await;
    let (ada, guest) = (engine.user("ada").await, engine.guest());
    let users = "{ usersList { total users { _id email } } }";
    assert_eq!(refused(&guest, users, json!({})).await, of(401, "general_unauthorized_scope"));
    assert_eq!(refused(&ada, users, json!({})).await, of(401, "general_unauthorized_scope"));
    assert_eq!(data(&engine.admin(), users, json!({})).await["usersList"]["users"][0]["_id"], "ada");
    assert_eq!(refused(&guest, "{ accountGet { _id } }", json!({})).await.0, 401);
    // A key with few scopes has as few here.
    let key = json!({ "name": "few", "keyId": "few", "scopes": ["teams.read"] });
    let key = engine.admin().ok(Method::POST, "/project/keys", &key).await;
    let few = guest.clone().with("x-appwrite-key", key["secret"].as_str().expect("a secret"));
    assert_eq!(data(&few, "{ teamsList { total } }", json!({})).await["teamsList"]["total"], 0);
    assert_eq!(refused(&few, users, json!({})).await, of(401, "general_unauthorized_scope"));
    // Words in the place of ids lead nowhere else.
    for id in ["", "../users", "x/../../users"] {
        let get = "query($id: String!) { teamsGet(teamId: $id) { _id } }";
        assert!(matches!(refused(&few, get, json!({ "id": id })).await.0, 400 | 404), "{id}");
    }
    // A session that ended in one operation is over in the next one.
    let twice = "mutation { first: accountDeleteSession(sessionId: \"current\") { status }
        second: accountUpdateName(name: \"x\") { name } }";
    let answer = ask(&ada, twice, json!({})).await;
    assert_eq!(answer["data"], json!({ "first": { "status": "OK" }, "second": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], 401);
}

#[tokio::test]
async fn a_rate_counts_for_each_operation_also_by_aliases() {
    let engine = Running::start().await;
    engine.user("ada").await;
    let guest = engine.guest();
    let tries: String = (0..12)
        .map(|n| format!("t{n}: accountCreateEmailPasswordSession(email: \"ada@example.org\", password: \"wrong {n} wrong\") {{ _id }} "))
        .collect();
    let answer = ask(&guest, &format!("mutation {{ {tries} }}"), json!({})).await;
    let kinds: Vec<&str> = answer["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["extensions"]["type"].as_str().expect("a type"))
        .collect();
    assert_eq!(kinds.len(), 12);
    assert_eq!(kinds[0], "user_invalid_credentials");
    assert!(kinds[10..].iter().all(|kind| *kind == "general_rate_limit_exceeded"), "{kinds:?}");
    // As many over REST as none: it is one count.
    let rest = json!({ "email": "ada@example.org", "password": PASSWORD });
    assert_eq!(guest.refused(Method::POST, "/account/sessions/email", &rest).await.0, 429);
    let mut left = 0;
    while guest.call(Method::POST, "/graphql", &json!({ "query": "{ localeGet { ip } }" })).await.status()
        == 200
    {
        left += 1;
        assert!(left < 100, "requests are limited, too");
    }
}

#[tokio::test]
async fn somebody_signs_in_and_the_cookies_come_with_the_answer() {
    let engine = Running::start().await;
    engine.user("ada").await;
    let query = "mutation($password: String!) {
        accountCreateEmailPasswordSession(email: \"ada@example.org\", password: $password) { userId provider } }";
    let body = json!({ "query": query, "variables": { "password": PASSWORD } });
    let answer = engine.guest().call(Method::POST, "/graphql/mutation", &body).await;
    let cookies: Value =
        serde_json::from_str(answer.headers()["x-fallback-cookies"].to_str().expect("text")).expect("JSON");
    assert!(answer.headers().get_all("set-cookie").iter().count() >= 1);
    let session = cookies["a_session_telestack"].as_str().expect("a session").to_owned();
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["data"]["accountCreateEmailPasswordSession"]["userId"], "ada");
    let ada = engine.guest().with("x-appwrite-session", &session);
    let prefs =
        "mutation { accountUpdatePrefs(prefs: { colour: \"green\", size: [1, 2.5] }) { prefs { data } } }";
    let changed = data(&ada, prefs, json!({})).await;
    let kept: Value =
        serde_json::from_str(changed["accountUpdatePrefs"]["prefs"]["data"].as_str().expect("text"))
            .expect("JSON");
    assert_eq!(kept, json!({ "colour": "green", "size": [1, 2.5] }));
    let there = "mutation { presencesUpsert(presenceId: \"p\", status: \"here\") { source userId } }";
    assert_eq!(
        data(&ada, there, json!({})).await["presencesUpsert"],
        json!({ "source": "graphql", "userId": "ada" })
    );
    // A variable that did not come says nothing.
    let team = "mutation($roles: [String]) { teamsCreate(teamId: \"clinic\", name: \"Clinic\", roles: $roles) { _id total } }";
    assert_eq!(data(&ada, team, json!({})).await["teamsCreate"], json!({ "_id": "clinic", "total": 1 }));
}

#[tokio::test]
async fn queries_come_by_every_way_that_appwrite_has() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let query = "query Me { accountGet { _id } }";
    let me = json!({ "data": { "accountGet": { "_id": "ada" } } });
    let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    assert_eq!(ada.get(&format!("/graphql?query={encoded}&operationName=Me")).await, me);
    // As the SDKs wrap it.
    let sdk = ada.clone().with("x-sdk-graphql", "true");
    let wrapped = json!({ "query": { "query": query, "variables": {} } });
    assert_eq!(sdk.ok(Method::POST, "/graphql", &wrapped).await, me);
    let batch = json!({ "query": [{ "query": query }, { "query": "{ teamsList { total } }" }] });
    let several = sdk.ok(Method::POST, "/graphql", &batch).await;
    assert_eq!(several, json!([me, { "data": { "teamsList": { "total": 0 } } }]));
    let plain =
        ada.request(Method::POST, "/graphql").header("content-type", "application/graphql").body(query);
    assert_eq!(plain.send().await.expect("answered").json::<Value>().await.expect("JSON"), me);
    // An address alone changes nothing: a link could be followed with somebody's session.
    let mutation = "mutation { accountUpdateName(name: \"x\") { name } }";
    let encoded: String = url::form_urlencoded::byte_serialize(mutation.as_bytes()).collect();
    assert_eq!(ada.get(&format!("/graphql?query={encoded}")).await["errors"][0]["extensions"]["code"], 400);
    assert_eq!(ada.get("/account").await["name"], "ada");
    for (body, kind) in [
        (json!({}), "graphql_no_query"),
        (json!([]), "graphql_no_query"),
        (json!(vec![json!({ "query": query }); 10_000]), "graphql_too_many_queries"),
    ] {
        assert_eq!(ada.refused(Method::POST, "/graphql", &body).await, (400, kind.to_owned()));
    }
    let form = reqwest::multipart::Form::new().text("operations", "{}");
    let upload = ada.request(Method::POST, "/graphql").multipart(form).send().await.expect("answered");
    assert_eq!(upload.status(), 400);
}

#[tokio::test]
async fn what_would_cost_too_much_is_refused_at_once() {
    let engine = Running::start().await;
    let (ada, admin) = (engine.user("ada").await, engine.admin());
    let started = Instant::now();
    let aliases =
        |count: usize| (0..count).map(|n| format!("a{n}: accountGet {{ _id }} ")).collect::<String>();
    let mut spreads = String::from("{ ...f0 }");
    for n in 0..40 {
        spreads.push_str(&format!(" fragment f{n} on Query {{ ...f{m} ...f{m} }}", m = n + 1));
    }
    spreads.push_str(" fragment f40 on Query { accountGet { _id } }");
    let deep = (0..30).fold("_id".to_owned(), |inner, _| format!("rows {{ {inner} }}"));
    for bomb in [
        format!("{{ {} }}", aliases(51)),
        format!("{{ {} }}", aliases(3000)),
        spreads.clone(),
        spreads.replacen("{ ...f0 }", "{ accountGet { _id } }", 1),
        format!("{{ {deep} }}"),
        "{".repeat(60_000),
        format!("{{ accountGet(a: {}) {{ _id }} }}", "[".repeat(60_000)),
        format!("{{ accountGet {} {{ _id }} }}", "@a".repeat(30_000)),
        format!("# {}", "x".repeat(70_000)),
        "{ ...a } fragment a on Query { ...a }".to_owned(),
        "{ usersList(queries: [\"{\\\"method\\\":\\\"limit\\\",\\\"values\\\":[5000]}\"]) { users { _id } } }".to_owned(),
        "query { accountGet { _id".to_owned(),
        "\u{0}".to_owned(),
        "subscription { accountGet { _id } }".to_owned(),
    ] {
        let answer = ask(&ada, &bomb, json!({})).await;
        assert!(answer["errors"].is_array(), "{}", &bomb.chars().take(80).collect::<String>());
        assert!(answer.to_string().len() < 50_000);
    }
    // Ten queries of fifty operations each: fifty are run.
    let batch = json!(vec![json!({ "query": format!("{{ {} }}", aliases(50)) }); 10]);
    let answers = ada.ok(Method::POST, "/graphql", &batch).await;
    let answers = answers.as_array().expect("a list");
    assert!(answers[0]["data"]["a49"]["_id"] == "ada" && answers[1]["errors"].is_array());
    // What is asked about the schema: by a key's tools, once and whole, and by nobody else.
    let tools = "{ __schema { queryType { name } types { kind name fields { name args { name } type { name ofType { name } } } } } }";
    assert!(
        ask(&ada, tools, json!({})).await["errors"][0]["message"]
            .as_str()
            .expect("text")
            .contains("introspection")
    );
    let schema = data(&admin, tools, json!({})).await;
    let types = schema["__schema"]["types"].as_array().expect("types");
    let query = types.iter().find(|ty| ty["name"] == "Query").expect("the queries");
    assert!(query["fields"].as_array().expect("fields").iter().any(|field| field["name"] == "accountGet"));
    let round = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert!(ask(&admin, round, json!({})).await["errors"].is_array());
    // Names are not suggested to those who may not ask for them.
    let guess = ask(&engine.guest(), "{ usersLis { total } }", json!({})).await;
    assert!(!guess["errors"][0]["message"].as_str().expect("text").contains("usersList"), "{guess}");
    assert!(started.elapsed() < Duration::from_secs(60));
}

/// Publishers have books, and books an author each: everybody may write, and reads what is theirs.
async fn library(engine: &Running) {
    let admin = engine.admin();
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "main", "name": "Main" })).await;
    for (id, columns) in [
        ("authors", json!([{ "key": "name", "type": "string", "size": 40, "required": true }])),
        (
            "my-books",
            json!([
                { "key": "title", "type": "string", "size": 40, "required": true },
                { "key": "id", "type": "string", "size": 40 },
                { "key": "pages", "type": "integer", "min": 0, "max": 10_000 },
                { "key": "sold", "type": "integer" },
                { "key": "price", "type": "double" },
                { "key": "in-print", "type": "boolean" },
                { "key": "tags", "type": "string", "size": 40, "array": true },
                { "key": "shop", "type": "point" },
            ]),
        ),
    ] {
        let table = json!({
            "tableId": id, "name": id, "permissions": ["create(\"users\")"], "rowSecurity": true, "columns": columns,
        });
        admin.ok(Method::POST, "/tablesdb/main/tables", &table).await;
    }
    let relation = json!({
        "relatedTableId": "authors", "type": "manyToOne", "twoWay": true, "key": "author", "twoWayKey": "books",
    });
    admin.ok(Method::POST, "/tablesdb/main/tables/my-books/columns/relationship", &relation).await;
}

const BOOK: &str = "mutation($author: Json, $permissions: [String]) {
    main_my_booksCreate(id: \"one\", permissions: $permissions, title: \"First\", id_: \"isbn\", pages: 300,
      sold: 9007199254740993, price: 1.5, in_print: true, tags: [\"a\", \"b\"], shop: [13.4, 52.5], author: $author) {
      _id _tableId _databaseId _permissions title id_ pages sold price in_print tags shop author { _id name }
    }
  }";

#[tokio::test]
async fn tables_have_operations_with_a_field_for_each_column() {
    let engine = Running::start().await;
    library(&engine).await;
    let (ada, ben, guest) = (engine.user("ada").await, engine.user("ben").await, engine.guest());
    let mine = ["read(\"user:ada\")", "update(\"user:ada\")", "delete(\"user:ada\")"];
    let author = json!({ "$id": "ann", "name": "Ann", "$permissions": mine });
    let made = data(&ada, BOOK, json!({ "author": author, "permissions": mine })).await;
    let expected = json!({
        "_id": "one", "_tableId": "my-books", "_databaseId": "main", "_permissions": mine, "title": "First",
        "id_": "isbn", "pages": 300, "sold": 9_007_199_254_740_993_i64, "price": 1.5, "in_print": true,
        "tags": ["a", "b"], "shop": [13.4, 52.5], "author": { "_id": "ann", "name": "Ann" },
    });
    assert_eq!(made["main_my_booksCreate"], expected);
    // Rows within rows, both ways, and what is asked by queries.
    let get = "{ main_my_booksGet(id: \"one\") { title author { name books { _id author { name } } } } }";
    assert_eq!(
        data(&ada, get, json!({})).await["main_my_booksGet"],
        json!({ "title": "First", "author": { "name": "Ann", "books": [{ "_id": "one", "author": { "name": "Ann" } }] } })
    );
    data(&ada, "mutation { main_my_booksCreate(title: \"Second\") { _id } }", json!({})).await;
    let list = "query($queries: [String]) { main_my_booksList(queries: $queries) { total rows { title tags author { name } } } }";
    let equal = json!({ "method": "equal", "attribute": "author.name", "values": ["Ann"] }).to_string();
    let found = json!({ "total": 1, "rows": [{ "title": "First", "tags": ["a", "b"], "author": { "name": "Ann" } }] });
    assert_eq!(data(&ada, list, json!({ "queries": [equal] })).await["main_my_booksList"], found);
    assert_eq!(data(&ada, list, json!({})).await["main_my_booksList"]["total"], 2);
    // Who may not is refused, as over REST.
    assert_eq!(data(&ben, list, json!({})).await["main_my_booksList"]["total"], 0);
    assert_eq!(refused(&ben, get, json!({})).await, of(404, "row_not_found"));
    let update = "mutation { main_my_booksUpdate(id: \"one\", title: \"New\", pages: null) { title pages price author { name } } }";
    let delete = "mutation { main_my_booksDelete(id: \"one\") { status } }";
    for (who, code) in [(&ben, 404), (&guest, 404)] {
        assert_eq!(refused(who, update, json!({})).await.0, code);
        assert_eq!(refused(who, delete, json!({})).await.0, code);
    }
    let create = "mutation { main_my_booksCreate(title: \"x\") { _id } }";
    assert_eq!(refused(&guest, create, json!({})).await, of(401, "user_unauthorized"));
    let few = json!({ "name": "few", "keyId": "few", "scopes": ["rows.read"] });
    let few = engine.admin().ok(Method::POST, "/project/keys", &few).await;
    let few = guest.clone().with("x-appwrite-key", few["secret"].as_str().expect("a secret"));
    assert_eq!(refused(&few, create, json!({})).await, of(401, "general_unauthorized_scope"));
    assert_eq!(
        data(&ada, update, json!({})).await["main_my_booksUpdate"],
        json!({ "title": "New", "pages": null, "price": 1.5, "author": { "name": "Ann" } })
    );
    assert_eq!(data(&ada, delete, json!({})).await, json!({ "main_my_booksDelete": { "status": "OK" } }));
    assert_eq!(refused(&ada, get, json!({})).await, of(404, "row_not_found"));
    // Rows below rows count for each of the rows.
    let dear = list.replace("author { name }", "author { books { _id title tags pages } }");
    let message = ask(&ada, &dear, json!({})).await["errors"][0]["message"].to_string();
    assert!(message.contains("complexity"), "{message}");
}

#[tokio::test]
async fn the_schema_follows_the_tables_and_shows_nobody_what_is_not_theirs() {
    let engine = Running::start().await;
    library(&engine).await;
    let (admin, ada) = (engine.admin(), engine.user("ada").await);
    let list = "{ main_authorsList { rows { _id born } } }";
    assert_eq!(refused(&ada, list, json!({})).await.0, 400);
    let column = json!({ "key": "born", "required": false });
    admin.ok(Method::POST, "/tablesdb/main/tables/authors/columns/datetime", &column).await;
    assert_eq!(data(&ada, list, json!({})).await, json!({ "main_authorsList": { "rows": [] } }));
    // What is closed to somebody looks like what is not there.
    let secret = json!({ "tableId": "secret", "name": "Secret", "columns": [
        { "key": "cipher", "type": "string", "size": 9 } ] });
    admin.ok(Method::POST, "/tablesdb/main/tables", &secret).await;
    let of_secret = "{ main_secretList { rows { cipher } } }";
    let told = ask(&ada, of_secret, json!({})).await.to_string();
    let of_nothing = ask(&ada, &of_secret.replace("secret", "nosuch"), json!({})).await.to_string();
    assert_eq!(told.replace("secret", "nosuch"), of_nothing);
    assert!(!told.contains("cipher") && told.contains("errors"));
    data(&admin, of_secret, json!({})).await;
    admin
        .ok(
            Method::PUT,
            "/tablesdb/main/tables/secret",
            &json!({ "name": "Open", "permissions": ["read(\"any\")"] }),
        )
        .await;
    data(&ada, of_secret, json!({})).await;
    admin.ok(Method::PUT, "/tablesdb/main/tables/secret", &json!({ "name": "Off", "enabled": false })).await;
    assert_eq!(refused(&ada, of_secret, json!({})).await.0, 400);
    let key = json!({ "name": "few", "keyId": "few", "scopes": ["teams.read"] });
    let key = admin.ok(Method::POST, "/project/keys", &key).await;
    let few = engine.guest().with("x-appwrite-key", key["secret"].as_str().expect("a secret"));
    assert_eq!(refused(&few, of_secret, json!({})).await.0, 400);
    // Names that are somebody's already, or GraphQL's own, break nothing.
    for id in ["2024", "my.books", "authorsPage", "Query", "authors.page", "a--b"] {
        admin.ok(Method::POST, "/tablesdb/main/tables", &json!({ "tableId": id, "name": id })).await;
    }
    for key in ["_x", "id", "a.b", "a-b", "total"] {
        let column = json!({ "key": key, "size": 9, "required": false });
        let path = "/tablesdb/main/tables/2024/columns/varchar";
        let answer = admin.call(Method::POST, path, &column).await;
        assert_eq!(answer.status().is_success(), key != "_x", "{key}");
    }
    let used =
        "mutation { main_2024Create(id: \"r\", id_: \"i\", a_b: \"x\", total: \"t\") { _id id_ a_b total } }";
    assert_eq!(
        data(&admin, used, json!({})).await["main_2024Create"],
        json!({ "_id": "r", "id_": "i", "a_b": "x", "total": "t" })
    );
    let row = admin.get("/tablesdb/main/tables/2024/rows/r").await;
    assert_eq!((&row["a.b"], &row["a-b"]), (&json!("x"), &Value::Null));
    let tools = "{ __schema { types { name description fields { name } } } }";
    let schema = data(&admin, tools, json!({})).await;
    let types = schema["__schema"]["types"].as_array().expect("types");
    let told = |name: &str| {
        let ty = types.iter().find(|ty| ty["name"] == name).expect("there");
        ty["description"].as_str().unwrap_or_default().to_owned()
    };
    assert!(told("Query").contains("main/my.books") && told("Query").contains("main/authorsPage"));
    assert!(told("main_2024").contains("a-b (another column has the name a_b)"));
    // And the operations of the SDKs are where they were.
    let both = "{ main_authorsList { total } tablesDBListRows(databaseId: \"main\", tableId: \"authors\") { total } }";
    let both = data(&ada, both, json!({})).await;
    assert_eq!(both["main_authorsList"], both["tablesDBListRows"]);
    // A table that is gone is gone.
    admin.call(Method::DELETE, "/tablesdb/main/tables/my-books", &json!({})).await;
    assert_eq!(refused(&ada, "{ main_authorsList { rows { books { _id } } } }", json!({})).await.0, 400);
}
