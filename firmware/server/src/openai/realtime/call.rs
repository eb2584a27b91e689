//! A Realtime session over WebRTC: the offer of the client, and its answer.

use std::sync::Arc;

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Extension, FromRequest as _, Multipart, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use serde_json::Value;
use tokio::sync::mpsc;

use super::flow::Carrier;
use super::{Address, prepare};
use crate::app::App;
use crate::call::{self, NoCall, SDP};
use crate::client::Client;
use crate::openai::error::{Refusal, Result};
use crate::openai::id;
use crate::wire::Wire;

/// `POST /v1/realtime/calls`: the body is an offer (SDP), or a form with the fields `sdp` and
/// `session`. `POST /v1/realtime` is the same.
pub async fn call(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Extension(alive): Extension<mpsc::Sender<()>>,
    Query(address): Query<Address>,
    request: Request,
) -> Result<Response> {
    let headers = request.headers().clone();
    let (offer, session) = read(request).await?;
    let named = session.get("model").and_then(Value::as_str).map(str::to_owned);
    let model = address.model.or(named);
    let mut line = prepare(&app, model, false, Carrier::Call).await?;
    if !session.is_null() {
        line.update(&session)?;
    }
    let (call, answer) = match call::answer(&app, client, &headers, &offer).await {
        Ok(answered) => answered,
        Err(NoCall::Offer(why)) => return Err(Refusal::invalid("sdp", why)),
        Err(NoCall::Socket(why)) => return Err(Refusal::failed(why)),
    };
    tokio::spawn(async move {
        let _alive = alive;
        app.metrics.began();
        line.hold(Wire::Call(Box::new(call))).await;
    });
    Ok(call::created(answer, Some(&format!("/v1/realtime/calls/{}", id("rtc_")))))
}

/// The offer, and the session that is asked for, which is null if none is.
async fn read(request: Request) -> Result<(String, Value)> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let form = Multipart::from_request(request, &()).await;
        return fields(form.map_err(|error: MultipartRejection| wrong(&error))?).await;
    }
    if !kind.is_some_and(|kind| kind.starts_with(SDP)) {
        let why = format!("send the offer as {SDP}, or as a form with the field sdp");
        return Err(Refusal::invalid(None, why));
    }
    let offer = String::from_request(request, &()).await.map_err(|error| wrong(&error))?;
    Ok((offer, Value::Null))
}

async fn fields(mut form: Multipart) -> Result<(String, Value)> {
    let (mut offer, mut session) = (None, Value::Null);
    while let Some(field) = form.next_field().await.map_err(|error| wrong(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let text = field.text().await.map_err(|error| wrong(&error))?;
        match name.as_str() {
            "sdp" => offer = Some(text),
            "session" => {
                session = serde_json::from_str(&text)
                    .map_err(|error| Refusal::invalid("session", format!("not JSON: {error}")))?;
            }
            _ => {}
        }
    }
    let missing = || Refusal::invalid("sdp", "the form has no field sdp");
    Ok((offer.ok_or_else(missing)?, session))
}

fn wrong(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::invalid(None, format!("the body: {error}"))
}
