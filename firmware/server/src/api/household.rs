//! Timers, lists and devices.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use sayso::internals::skills::{SharedSkills, wall_now};
use sayso_skills::{Coming, DeviceStatus, Edit, List, Overview, Situation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::refusal::refusal;

/// The longest name of a list, and the longest item, in bytes.
const LONGEST: usize = 200;
/// The most items of a list.
const ITEMS: usize = 500;
/// The longest timer: a week.
const LONGEST_TIMER_S: i64 = 7 * 24 * 3_600;

/// The items of a list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Items {
    /// In their order.
    items: Vec<String>,
}

/// A timer that is to be set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTimer {
    /// How long it takes.
    seconds: i64,
    /// What it is called, such as "tea".
    name: Option<String>,
    /// The name of the board at which it rings.
    board: Option<String>,
}

/// Whether a text can be a name.
fn fits(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST && !text.chars().any(char::is_control)
}

/// Works with the skills, which may be at work for another.
async fn with_skills<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&SharedSkills) -> T + Send + 'static,
) -> Result<T, Response> {
    let skills = app.around.skills.clone();
    let done = tokio::task::spawn_blocking(move || work(&skills)).await;
    done.map_err(|_| refusal(StatusCode::INTERNAL_SERVER_ERROR, "failed", "the skills have failed"))
}

/// What is shown of the skills, in a part of it.
async fn show<T: serde::Serialize>(app: &App, part: impl FnOnce(Overview) -> T) -> Response {
    match with_skills(app, |skills| skills.overview(&wall_now())).await {
        Ok(overview) => Json(part(overview)).into_response(),
        Err(failed) => failed,
    }
}

/// Timers, lists and devices at once.
#[utoipa::path(get, path = "/api/overview", security(("token" = [])),
    responses((status = 200, body = Overview)))]
pub async fn overview(State(app): State<Arc<App>>) -> Response {
    show(&app, |overview| overview).await
}

/// Timers, alarms and reminders, the next first.
#[utoipa::path(get, path = "/api/timers", security(("token" = [])),
    responses((status = 200, body = Vec<Coming>)))]
pub async fn timers(State(app): State<Arc<App>>) -> Response {
    show(&app, |overview| overview.coming).await
}

/// Sets a timer. It rings at the board, or everywhere if that has no conversation then.
#[utoipa::path(post, path = "/api/timers", request_body = NewTimer, security(("token" = [])),
    responses(
        (status = 201, body = Coming),
        (status = 400, description = "This cannot be a timer"),
        (status = 409, description = "There are too many timers, or the skill is switched off"),
    ))]
pub async fn start_timer(
    State(app): State<Arc<App>>,
    timer: Result<Json<NewTimer>, JsonRejection>,
) -> Response {
    let bad = |why: String| refusal(StatusCode::BAD_REQUEST, "bad_request", why);
    let NewTimer { seconds, name, board } = match timer {
        Ok(Json(timer)) => timer,
        Err(error) => return bad(error.body_text()),
    };
    let fits = |text: &Option<String>| text.as_ref().is_none_or(|text| fits(text));
    if !(1..=LONGEST_TIMER_S).contains(&seconds) || !fits(&name) || !fits(&board) {
        return bad(format!(
            "a timer takes 1 to {LONGEST_TIMER_S} seconds, and its name has at most {LONGEST} \
             bytes and no control characters"
        ));
    }
    let situation = Situation::new(board.unwrap_or_default());
    let length = SignedDuration::from_secs(seconds);
    let start =
        move |skills: &SharedSkills| skills.start_timer(length, name, &wall_now(), &situation);
    match with_skills(&app, start).await {
        Ok(Some(timer)) => (StatusCode::CREATED, Json(timer)).into_response(),
        Ok(None) => {
            let why = "there are too many timers, or the skill is switched off";
            refusal(StatusCode::CONFLICT, "unable", why)
        }
        Err(failed) => failed,
    }
}

/// Removes a timer, an alarm or a reminder, whether it waits or rings.
#[utoipa::path(delete, path = "/api/timers/{skill}/{id}", security(("token" = [])),
    params(
        ("skill" = String, Path, description = "\"timers\", \"alarms\" or \"reminders\""),
        ("id" = u64, Path, description = "Its number there"),
    ),
    responses((status = 204), (status = 404, description = "There is no such timer")))]
pub async fn cancel(
    State(app): State<Arc<App>>,
    Path((skill, id)): Path<(String, u64)>,
) -> Response {
    edit(&app, Edit::Cancel { skill, id }, "there is no such timer").await
}

/// The lists that have items.
#[utoipa::path(get, path = "/api/lists", security(("token" = [])),
    responses((status = 200, body = Vec<List>)))]
pub async fn lists(State(app): State<Arc<App>>) -> Response {
    show(&app, |overview| overview.lists).await
}

/// A list; without items if there is none of that name.
#[utoipa::path(get, path = "/api/lists/{name}", security(("token" = [])),
    params(("name" = String, Path, description = "\"shopping\" is the usual one")),
    responses((status = 200, body = List)))]
pub async fn list(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    show(&app, |overview| {
        let found = overview.lists.into_iter().find(|list| list.name == name);
        found.unwrap_or(List { name, items: Vec::new() })
    })
    .await
}

/// Replaces the items of a list, which is made if there is none of that name.
#[utoipa::path(put, path = "/api/lists/{name}", request_body = Items, security(("token" = [])),
    params(("name" = String, Path, description = "In lower case")),
    responses((status = 204), (status = 400, description = "These cannot be the items of a list")))]
pub async fn set_list(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    items: Result<Json<Items>, JsonRejection>,
) -> Response {
    let items = match items {
        Ok(Json(Items { items })) => items,
        Err(error) => {
            return refusal(StatusCode::BAD_REQUEST, "bad_request", error.body_text());
        }
    };
    if items.len() > ITEMS
        || !items.iter().all(|item| fits(item))
        || !fits(&name)
        || name != name.to_lowercase()
    {
        let why = format!(
            "a list has at most {ITEMS} items; its name, in lower case, and each item have at \
             most {LONGEST} bytes, and no control characters"
        );
        return refusal(StatusCode::BAD_REQUEST, "bad_request", why);
    }
    match with_skills(&app, |skills| skills.edit(&Edit::List(List { name, items }))).await {
        // Nothing changed if it had these items already.
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(failed) => failed,
    }
}

/// Removes a list.
#[utoipa::path(delete, path = "/api/lists/{name}", security(("token" = [])),
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204), (status = 404, description = "There is no such list")))]
pub async fn remove_list(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    edit(&app, Edit::List(List { name, items: Vec::new() }), "there is no such list").await
}

/// The devices of the home, and their states.
#[utoipa::path(get, path = "/api/devices", security(("token" = [])),
    responses((status = 200, body = Vec<DeviceStatus>)))]
pub async fn devices(State(app): State<Arc<App>>) -> Response {
    show(&app, |overview| overview.devices).await
}

/// Makes a change; `none` says that there is nothing to change.
async fn edit(app: &App, edit: Edit, none: &'static str) -> Response {
    match with_skills(app, move |skills| skills.edit(&edit)).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => refusal(StatusCode::NOT_FOUND, "unknown", none),
        Err(failed) => failed,
    }
}
