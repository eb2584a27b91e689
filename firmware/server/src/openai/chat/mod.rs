//! `/v1/chat/completions`: the language model answers the messages of the request. It knows
//! nothing of any conversation.

mod answer;
mod request;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use sayso::Config;
use sayso::internals::engines::threads;
use sayso_models::llm::{Call, Completed, Completion, Piece, Sampling};

use self::answer::Head;
use self::request::Request;
pub use self::request::{Asked, choice, tool};
use super::error::Result;
use super::job::{Bench, Job};
use super::list::Names;
use super::{id, now, sse};
use crate::app::App;

/// What a job reports.
enum Written {
    Text(String),
    Call(Call),
    Done(Box<Completed>),
}

/// `POST /v1/chat/completions`
pub async fn complete(
    State(app): State<Arc<App>>,
    asked: std::result::Result<Json<Asked>, JsonRejection>,
) -> Result<Response> {
    let config = Arc::clone(&app.around.config);
    let request = asked?.0.checked(&Sampling::from(&config.llm.sampling))?;
    let (stream, usage) = (request.stream, request.usage);
    let head = Head { id: id("chatcmpl-"), created: now(), model: Names::of(&config).llm };
    let mut job = Job::begin(&app, move |bench| write(bench, &request, &config));
    let first = job.first().await?;
    if !stream {
        let mut piece = first;
        loop {
            if let Written::Done(done) = piece {
                let ids: Vec<_> = done.calls.iter().map(|_| id("call_")).collect();
                return Ok(Json(head.whole(&done, &ids)).into_response());
            }
            piece = job.first().await?;
        }
    }
    let begin = sse::event(&head.first());
    let mut calls = 0;
    let pieces = futures_util::stream::iter([Ok(first)]).chain(job);
    let pieces =
        pieces.map(move |piece| piece.map(|piece| chunks(&head, &piece, &mut calls, usage)));
    Ok(sse::response(futures_util::stream::iter([Ok(begin)]).chain(pieces)))
}

/// The chunks that report a piece.
fn chunks(head: &Head, piece: &Written, calls: &mut usize, usage: bool) -> Bytes {
    match piece {
        Written::Text(text) => sse::event(&head.text(text)),
        Written::Call(call) => {
            let number = *calls;
            *calls += 1;
            sse::event(&head.call(number, &id("call_"), call))
        }
        Written::Done(done) => {
            let mut bytes = sse::event(&head.last(done.end)).to_vec();
            if usage {
                bytes.extend_from_slice(&sse::event(&head.usage(done)));
            }
            bytes.extend_from_slice(&sse::done());
            bytes.into()
        }
    }
}

fn write(bench: &mut Bench<Written>, request: &Request, config: &Config) -> Result<()> {
    let Bench { engines, cores, out } = bench;
    let completion = Completion {
        messages: &request.messages,
        tools: &request.tools,
        choice: request.choice.clone(),
        parallel: request.parallel,
        sampling: request.sampling.clone(),
        stop: &request.stop,
        schema: request.schema.as_ref(),
    };
    let most = threads(config.llm.threads, cores.total());
    let seat = cores.seat();
    let mut taken = seat.take(most, most, &out.cancel)?;
    let done = engines.llm.complete(&completion, &out.cancel, &mut |piece| {
        // Conversations have shorter work than a whole answer.
        taken.yield_now();
        match piece {
            Piece::Text(text) => out.give(Written::Text(text.to_owned())),
            Piece::Call(call) => out.give(Written::Call(call.clone())),
            Piece::Held => {}
        }
    })?;
    out.give(Written::Done(Box::new(done)));
    Ok(())
}
