//! `/v1/models`: the models in use.

use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path as Segment, State};
use sayso::Config;
use sayso::internals::engines::Chosen;
use serde_json::{Value, json};

use super::error::{Refusal, Result};
use crate::app::App;

/// The name of the whole assistant, for Realtime.
pub const ASSISTANT: &str = "sayso";

/// The names of the models in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Speech to text.
    pub stt: String,
    /// The language model.
    pub llm: String,
    /// Text to speech.
    pub tts: String,
}

impl Names {
    /// The names of the models that the settings choose.
    pub fn of(config: &Config) -> Self {
        let chosen = Chosen::new(config);
        let store = chosen.store().dir();
        let name = |path: sayso::Result<std::path::PathBuf>, otherwise: &str| {
            // A model of the store is the folder there.
            if let Ok(path) = &path
                && let Ok(within) = path.strip_prefix(store)
                && let Some(first) = within.components().next()
            {
                return first.as_os_str().to_string_lossy().into_owned();
            }
            let stem = path
                .ok()
                .as_deref()
                .and_then(Path::file_stem)
                .map(|stem| stem.to_string_lossy().trim_start_matches("ggml-").to_owned());
            stem.filter(|stem| !stem.is_empty()).unwrap_or_else(|| otherwise.to_owned())
        };
        Self {
            stt: name(chosen.stt(), "whisper"),
            llm: name(chosen.llm(), "llm"),
            tts: name(chosen.tts(), "voice"),
        }
    }
}

fn model(id: &str) -> Value {
    json!({ "id": id, "object": "model", "created": 0, "owned_by": "sayso" })
}

/// `GET /v1/models`
pub async fn all(State(app): State<Arc<App>>) -> Json<Value> {
    let names = Names::of(app.config());
    let models = [ASSISTANT, &names.llm, &names.stt, &names.tts].map(model);
    Json(json!({ "object": "list", "data": models }))
}

/// `GET /v1/models/{id}`
pub async fn one(State(app): State<Arc<App>>, Segment(id): Segment<String>) -> Result<Json<Value>> {
    let Names { stt, llm, tts } = Names::of(app.config());
    if [ASSISTANT, &stt, &llm, &tts].contains(&id.as_str()) {
        return Ok(Json(model(&id)));
    }
    let shown: String = id.chars().take(80).filter(|c| !c.is_control()).collect();
    let message = format!("there is no model {shown:?}: GET /v1/models lists those that are there");
    Err(Refusal::not_found("model_not_found", message))
}
