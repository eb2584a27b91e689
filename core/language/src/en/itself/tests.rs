use std::collections::BTreeSet;

use super::wordings::{self, Topic};
use super::{Facts, answer, say};

/// How people ask, one a line; typed, and as Whisper writes it.
const ASKED: [(Topic, &str); 15] = [
    (
        Topic::Name,
        "What's your name?
         What is your name, please?
         Hey, what's your name?
         Can you tell me your name?
         Do you have a name?
         What should I call you?
         What are you called?
         Could you please tell me what your name is?
         Tell me your name.
         whats ur name
         What's your real name?
         What do you call yourself?
         Are you Sayso?
         Is your name Say So?
         Hello. What is your name?
         Sorry, what was your name again?",
    ),
    (
        Topic::Who,
        "Who are you?
         What are you?
         who are u
         Who am I talking to?
         Who am I speaking with?
         Tell me about yourself.
         Can you introduce yourself?
         Okay, so who are you exactly?
         Tell me a little bit about yourself.
         What is Sayso?
         Do you know who you are?
         May I ask who you are?
         Hi there! Who are you?
         What exactly are you?
         What kind of assistant are you?
         Um, who are you?
         Tell me who you are.
         And what are you, really?",
    ),
    (
        Topic::Maker,
        "Who made you?
         Who built you?
         Who created you?
         Who designed you?
         Who programmed you?
         Who's your creator?
         Who is your maker?
         Who owns you?
         Who do you work for?
         Do you work for Google?
         Were you made by Google?
         Are you made by OpenAI?
         Did Amazon make you?
         What company made you?
         Which company are you from?
         Can you tell me who made you?
         Do you know who created you?
         I'd like to know who built you.
         Who developed you, Sayso?
         By whom were you made?
         Where do you come from?
         Where are you from?
         Where were you made?
         How were you made?
         So who invented you?
         Are you owned by Apple?
         Do you belong to Microsoft?
         Is Google your owner?
         Are you a Google product?
         Are you open source?
         Which company are you made by?
         What's the name of your maker?
         Is it true that you were made by Google?
         One more thing. Who made you?
         Who is behind you?",
    ),
    (
        Topic::Online,
        "Are you online?
         Are you connected to the internet?
         Are you connected?
         Do you need the internet?
         Do you need an internet connection to work?
         Can you go on the internet?
         Can you access the Internet?
         Can you search the web?
         Can you look things up online?
         Do you have internet access?
         Do you work without internet?
         Can you work offline?
         Are you offline?
         Do you use Wi-Fi?
         Can you browse the web for me?
         Are you in the cloud?
         Do you get your information from the internet?
         Do you work offline?
         Aren't you connected to the internet?
         Can you Google something?
         Are you always on-line?
         Are you on the internet right now?
         What happens if the internet goes down?",
    ),
    (
        Topic::Person,
        "Are you a person?
         Are you a real person?
         Are you human?
         Are you a human?
         Are you a human being?
         Are you real?
         Are you a robot?
         Are you a bot?
         Are you an AI?
         Are you an A.I.?
         Are you a computer?
         Are you a machine?
         Are you alive?
         Am I talking to a real person?
         Am I talking to a machine?
         Am I speaking with a human or a robot?
         Is this a real person?
         Is this a robot?
         Are you an actual human?
         Are you, like, a real person?
         You're not a real person, are you?
         You are a robot, right?
         Aren't you a robot?
         Are you a living being?
         Are you a person or a computer?
         Are you a chatbot?
         So you're an AI?
         Are you artificial intelligence?
         Tell me honestly, are you a human?
         Is there a real person behind you?
         Are you a recording?
         You sound very nice. Are you a real person?
         I wonder if you are a real person.
         I think you are a robot.
         Is it true you're a robot?
         Are you real or fake?
         Are you a doctor?",
    ),
    (
        Topic::Brand,
        "Are you Alexa?
         Are you Siri?
         Are you ChatGPT?
         Are you Chat GPT?
         Are you Google?
         Are you the Google Assistant?
         Is this Alexa?
         Am I talking to Siri?
         Aren't you Alexa?
         You're Alexa, right?
         Is your name Alexa?
         Are you Siri or Alexa?
         Are you Cortana?
         Are you GPT-4?
         Are you Gemini?
         Are you related to Siri?
         Are you like Alexa?
         Are you better than Alexa?
         Can I call you Jarvis?
         What's the difference between you and Alexa?
         How are you different from Siri?",
    ),
    (
        Topic::Privacy,
        "Are you recording this?
         Are you recording me?
         Are you recording?
         Is this being recorded?
         Is this conversation being recorded?
         Is this conversation private?
         Are you listening?
         Are you listening to me?
         Are you always listening?
         Are you listening all the time?
         Are you listening to me right now?
         Are you spying on me?
         Are you eavesdropping on us?
         Do you record everything I say?
         Do you record our conversations?
         Do you store what I say?
         Do you save my data?
         Do you keep my voice recordings?
         Do you send my voice to the cloud?
         Do you send my data anywhere?
         Do you share my data with anyone?
         Do you sell my data?
         Do you listen to me all the time?
         Do you listen to everything I say?
         Who can hear me?
         Who else is listening?
         Is anyone else listening?
         Is somebody listening in?
         Can anyone else hear what I say?
         Is Google listening to me?
         Where does my voice go?
         Where is my data stored?
         What do you do with my data?
         What happens to what I say?
         Is my data safe?
         Is my data safe with you?
         Are my conversations private?
         Are you storing this conversation?
         Am I being recorded?
         Do you respect my privacy?
         What's your privacy policy?
         Are you secretly recording us?
         Do you spy on people?
         Hey Sayso, are you recording this conversation?
         Are you transcribing what I say?
         Before we start, are you recording me?
         Please be honest with me. Are you recording this?
         Are people listening to my conversations?
         Are you keeping a record of this?",
    ),
    (
        Topic::Abilities,
        "What can you do?
         What can you do for me?
         What else can you do?
         So, what can you do?
         What do you do?
         How can you help me?
         What can I ask you?
         What are you good at?
         What are you capable of?
         What are your abilities?
         What are your features?
         Tell me what you can do.
         Can you tell me what you can do?
         What can you help me with?
         What kind of things can you do?
         Show me what you can do.
         Please tell me what you can do for me.
         What is your job?
         Do you have any special skills?",
    ),
    (
        Topic::Place,
        "Where are you?
         Where are you running?
         Where do you live?
         Where do you run?
         Where are you located?
         What are you running on?
         What hardware are you running on?
         What device are you running on?
         Are you running locally?
         Are you on a server?
         Do you run on this device?
         Are you running on my computer?
         Where is your server?
         Where's your brain?
         Are you running on a Raspberry Pi?
         Are you in this room?",
    ),
    (
        Topic::Model,
        "What model are you?
         What model are you using?
         What language model do you use?
         Which language model are you running?
         Which AI model are you using?
         What LLM are you?
         What is your model?
         What are you based on?
         Are you based on GPT?
         Do you use ChatGPT?
         Are you powered by ChatGPT?
         How do you work?
         What powers you?
         What large language model are you based on?
         What technology do you use?
         What kind of AI model are you?
         What version of GPT are you?
         How were you trained?",
    ),
    (
        Topic::Version,
        "What version are you?
         Which version are you running?
         What's your version number?
         What software version do you have?",
    ),
    (
        Topic::Feelings,
        "Do you have feelings?
         Do you have emotions?
         Do you have a body?
         Do you have a soul?
         Can you feel pain?
         Do you feel anything?
         Are you conscious?
         Are you sentient?
         Are you happy?
         Are you lonely?
         Do you ever get tired?
         Do you sleep?
         Do you dream?
         Do you eat?
         Do you have a family?
         Do you have any friends?
         Do you love me?
         Can you think?
         Are you self-aware?
         What do you look like?
         Do you have a brain?
         Are you married?
         Do you have any brothers or sisters?",
    ),
    (
        Topic::Gender,
        "Are you a man or a woman?
         Are you male or female?
         Are you a boy or a girl?
         Are you a woman?
         What's your gender?
         Am I talking to a man?",
    ),
    (
        Topic::Sight,
        "Can you see me?
         Do you have a camera?
         Are you watching me?
         Do you have eyes?",
    ),
    (
        Topic::Age,
        "How old are you?
         What's your age?
         When were you born?
         When were you created?
         When is your birthday?
         Do you have a birthday?
         What year were you made?
         Can you tell me how old you are?",
    ),
];

/// What is close to it and something else, one a line.
const OTHER: &str = "
    Who made the first telephone?
    Who built the Eiffel Tower?
    Who created the internet?
    Who invented the light bulb?
    Who wrote Hamlet?
    Who made this cake?
    Who made your phone?
    Who owns Google?
    Who founded Amazon?
    Who made Alexa?
    Who is the creator of Python?
    Do you know who made the telephone?
    Who is your favorite singer?
    Who are the Beatles?
    Who are they?
    Who is Siri?
    Who is the president?
    Who am I?
    Who is this?
    Who's there?
    Who are you voting for?
    Who are you going to call?
    What is the name of the capital?
    What is the name of your favorite book?
    What's my name?
    What's his name?
    My name is Bob. What is my name?
    What is a good name for a dog?
    What is Siri?
    What is Alexa?
    What is ChatGPT?
    What is a language model?
    What is a robot?
    What is artificial intelligence?
    What are robots made of?
    What are you doing?
    What are you doing tomorrow?
    What are you talking about?
    What are you waiting for?
    What are they?
    What is your favorite color?
    What is your opinion?
    What is your advice?
    What is your favorite food?
    What can you do with flour?
    What can you do about it?
    What can you do in Paris in the winter?
    What can I do?
    What can I do today?
    What can I do in London?
    What can I use instead of eggs?
    What do you do if it rains?
    What do you do when you are sad?
    What do you think?
    What do you think about robots?
    What do you mean?
    What do you know about cats?
    What do you recommend?
    Can you help me with my homework?
    Can you help me?
    Can you help?
    How can you help the poor?
    How can I help you?
    How are you?
    How are you doing?
    How are you feeling today?
    How old is the Brooklyn Bridge?
    How old is the universe?
    How old am I?
    How old are dogs when they are grown?
    How do you make pancakes?
    How do you spell necessary?
    How do you work out the area of a circle?
    How do you know that?
    How do you say hello in French?
    How does a computer work?
    How does this work?
    How big is the moon?
    Are you sure?
    Are you sure about that?
    Are you ready?
    Are you free tomorrow?
    Are you okay?
    Are you kidding?
    Are you there?
    Are you busy?
    Are you serious?
    Are you able to help me?
    Are you listening to music?
    Are you saving money for a car?
    Are you going to the party?
    Are you a fan of the Beatles?
    Are you watching the game tonight?
    Are people robots?
    Are robots alive?
    Are there robots on Mars?
    Are dolphins conscious?
    Are they online?
    Are you coming with us?
    Is my recording saved?
    Is the recording still running?
    Is it being recorded in the studio?
    Is this safe to eat?
    Is this real?
    Is this an apple?
    Is the internet down?
    Is the shop online?
    Is Alexa a good name?
    Is Siri better than Alexa?
    Is Google a company?
    Is a tomato a fruit?
    Is Mars alive?
    Is he a real person?
    Is Santa Claus real?
    Is she human?
    Was Sherlock Holmes a real person?
    Can you see Mars tonight?
    Can you record this meeting?
    Can you record a message?
    Can you save this?
    Can you store milk in the freezer?
    Can you send a message to my mom?
    Can you hear me?
    Can you remember this number?
    Can you sing a song?
    Can you tell me a story about a robot?
    Can you tell me about yourself and about the war?
    Can you tell me about the Romans?
    Can you tell me who made the first car?
    Can you tell me where my keys are?
    Can you tell me the time?
    Can you turn on the Wi-Fi?
    Can you look at this?
    Can you repeat that?
    Can you keep a secret?
    Can dogs feel love?
    Can fish feel pain?
    Can a robot love?
    Do you know the way to the station?
    Do you know a good joke?
    Do you know Siri?
    Do you know what time it is?
    Do you have the time?
    Do you have any ideas for dinner?
    Do you have a recipe for bread?
    Do you have a minute?
    Do you want to play a game?
    Do you like music?
    Do you like pizza?
    Do you like being outside?
    Do you need eggs for pancakes?
    Do you need a visa for Japan?
    Do you need anything?
    Do you remember me?
    Do you remember my name?
    Do you remember what I had for lunch?
    Do you think it will rain?
    Do you think robots will take over the world?
    Do you speak French?
    Do you sell shoes?
    Do you send letters with stamps?
    Do you record on Sundays?
    Did you hear me?
    Did you save that?
    Did Google buy YouTube?
    Did Apple make the first smartphone?
    Do dogs have feelings?
    Do plants feel pain?
    Do I have a name?
    Does my phone listen to me?
    Does Alexa record everything?
    Does the car need the internet?
    Where are my keys?
    Where are you going?
    Where are you taking me?
    Where do penguins live?
    Where do you live in the summer if you are a bird?
    Where is the server room?
    Where is my data cable?
    Where does the sun go at night?
    Where were you born, grandma used to ask me.
    Where was Einstein born?
    Where are we?
    When was Google created?
    When were computers invented?
    When is my birthday?
    When is your shop open?
    When are you coming home?
    Which model of car is best?
    Which company made the iPhone?
    Which language do they speak in Brazil?
    What version of Windows is best?
    What language do they speak in Brazil?
    What company made the first computer?
    What model of phone should I buy?
    What happens to us when we die?
    What happens to me?
    What happens if it rains?
    What technology is used in cars?
    What about people?
    What about the internet?
    I am recording a song.
    I am a robot.
    I am human.
    I love you.
    I'm a real person.
    I don't care who made it.
    My name is Alexa.
    My computer is online.
    Your name came up at work.
    You are very kind.
    You are right.
    You are wrong about that.
    You made a mistake.
    You should listen to me.
    Tell me about robots.
    Tell me about Google.
    Tell me about your favorite animal.
    Tell me a story about a person who made robots.
    Tell me who won the war.
    Tell me a joke.
    Tell me more.
    Write a poem about who you are and where the stars come from.
    Imagine you are a pirate and tell me about your ship.
    Play Alexa by the band.
    Record this.
    Remember this.
    Call me Bob.
    Listen to this.
    Stop the recording.
    Set your volume to three.
    Turn on the internet radio.
    Help me.
    Hello.
    Hi Sayso.
    Hey Sayso, hello there.
    Okay.
    Thank you.
    Sayso.
    Who? What?
    Who are you? And what is the capital of France?
    What's your name and what is my name?
    My dog is sick. Are you a doctor for animals?
    In the film, who created the robot?
    In the book, is the robot a real person?
    If you are a robot, what is two plus two?
    I think I am a robot.
    I think so.
    I know.
    I heard a noise.
    Is it true that the earth is flat?
    One more thing.
    Which version of the song is this?
    Is everything all right?
    Are people listening to the radio?
    Should I call you tomorrow?
    What should I ask my doctor?
    Since when are you a reader of mine?
    ";

fn facts() -> Facts {
    Facts { model: "smollm2-135m".into(), words_logged: false, version: "1.2.3".into() }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

#[test]
fn the_patterns_are_well_formed() {
    assert_eq!(wordings::wrong(), Vec::<String>::new());
}

#[test]
fn questions_about_itself_are_answered() {
    let facts = facts();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for (topic, texts) in ASKED {
        for text in lines(texts) {
            asked += 1;
            let bare = text.to_lowercase().replace([',', '?', '!'], "");
            let capitals = text.to_uppercase();
            for form in [text.into(), bare, capitals, format!("{text} Thank you.")] {
                let due = Some(say(topic, &facts));
                let got = answer(&form, &facts);
                if got != due {
                    wrong.push(format!("{topic:?}: {form:?} gives {got:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 4 * asked, wrong.join("\n"));
    assert!(asked >= 250, "{asked}");
}

#[test]
fn other_questions_are_left_to_the_language_model() {
    let facts = facts();
    let mut wrong = Vec::new();
    for text in lines(OTHER) {
        if let Some(answer) = answer(text, &facts) {
            wrong.push(format!("{text:?} is answered with {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    let different: BTreeSet<&str> = lines(OTHER).collect();
    assert!(different.len() >= 200, "{}", different.len());
}

#[test]
fn nothing_that_is_said_in_the_recordings_is_about_the_program() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let manifest = std::fs::read_to_string(data.join("manifest.tsv")).expect("the manifest");
    let mut said = 0;
    for line in manifest.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        // The transcript, and its translation.
        for text in [columns[6], columns[7]].into_iter().filter(|text| !text.is_empty()) {
            assert_eq!(answer(text, &facts()), None, "{text}");
            said += 1;
        }
    }
    assert!(said > 80, "{said}");
}

#[test]
fn two_questions_get_two_answers() {
    let facts = facts();
    let both = |a, b| Some(format!("{} {}", say(a, &facts), say(b, &facts)));
    for text in ["Who are you and who made you?", "Who are you? And who made you?"] {
        assert_eq!(answer(text, &facts), both(Topic::Who, Topic::Maker), "{text}");
    }
    let text = "Hi. Are you a robot? What can you do?";
    assert_eq!(answer(text, &facts), both(Topic::Person, Topic::Abilities));
    let twice = "Who are you? Who are you?";
    assert_eq!(answer(twice, &facts), Some(say(Topic::Who, &facts)));
}

#[test]
fn the_facts_decide_what_is_told() {
    let told = |text, facts: &Facts| answer(text, facts).expect("an answer");
    let mut facts = facts();
    for (model, called) in [
        ("qwen2.5-coder-0.5b", "Qwen 2.5 Coder"),
        ("smollm2-135m", "Smol LM 2"),
        ("/models/tiny-model_q4.gguf", "tiny model q4"),
    ] {
        facts.model = model.into();
        let told = told("What model are you using?", &facts);
        assert!(told.contains(called), "{told}");
    }
    assert!(told("Are you recording this?", &facts).contains("isn't recorded"));
    facts.words_logged = true;
    let logged = told("Are you recording this?", &facts);
    assert!(logged.contains("a log") && !logged.contains("isn't recorded"));
    assert!(told("What version are you?", &facts).contains("1.2.3"));
}

#[test]
fn no_answer_claims_to_be_another() {
    for (topic, _) in ASKED {
        let answer = say(topic, &facts());
        let low = answer.to_lowercase();
        for name in ["alexa", "siri", "chatgpt", "openai", "google", "amazon", "human"] {
            assert!(!low.contains(name), "{answer}");
        }
        // Short enough to be spoken in one breath or two.
        assert!(answer.split(' ').count() <= 40, "{answer}");
    }
}

#[test]
fn long_texts_are_looked_at_quickly() {
    let long = "who are you and ".repeat(20_000);
    let begun = std::time::Instant::now();
    assert_eq!(answer(&long, &facts()), None);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
