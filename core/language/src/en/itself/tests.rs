use std::collections::BTreeSet;

use super::wordings::{self, Topic};
use super::{Facts, answer, say};

/// What people ask, typed and as Whisper writes it, one a line with the topic that answers
/// it; and what is close to such a question and another, with "none".
const QUESTIONS: &str = include_str!("questions.tsv");

const TOPICS: [Topic; 18] = [
    Topic::Name,
    Topic::Who,
    Topic::Maker,
    Topic::Online,
    Topic::Person,
    Topic::Brand,
    Topic::Privacy,
    Topic::Microphone,
    Topic::Memory,
    Topic::Abilities,
    Topic::Inability,
    Topic::Place,
    Topic::Model,
    Topic::Version,
    Topic::Feelings,
    Topic::Gender,
    Topic::Sight,
    Topic::Age,
];

/// Sentences that are similar but mean something else, one a line.
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
    Can you save this?
    Can you store milk in the freezer?
    Can you hear me?
    Can you remember this number?
    Can you sing a song?
    Can you tell me a story about a robot?
    Can you tell me about yourself and about the war?
    Can you tell me about the Romans?
    Can you tell me who made the first car?
    Can you tell me where my keys are?
    Can you tell me the time?
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
    Can you make a timer in Python?
    Is the talk recorded?
    Do you give talks?
    Do you give back to others?
    Do you hear the sound?
    Did you hear the speech?
    Is it leaving the house?
    Does it stay in the house?
    Is it kept in the box?
    Has it left the room?
    What is on the other side?
    What would you be?
    What can this be?
    Who could this be?
    Is it artificial?
    Is there a link?
    Is there a connection?
    What is the point?
    What are the advantages?
    What are my options?
    Is there anything you can do?
    What should I expect?
    What would you do?
    How do you help people?
    Do you remember the last question?
    Options.
    Instructions.
    Does Google have good maps?
    Is this all there is?
    Can you shoot a basketball?
    Can you place these in order?
    In what ways can you cook an egg?
    What am I able to do about it?
    Who is it that made penicillin?
    Can you help me write an email to my boss?
    Can you write an email to my boss?
    Can you help me buy a present?
    Can you do a backflip?
    Can you tell me how to turn on the lights?
    Can you start the story again?
    Can you run a marathon?
    Can you play the piano?
    Can you manage a team?
    Can you use a fork?
    Can you change a flat tire?
    Do you tell lies?
    Do you tell jokes?
    Do you have an appointment?
    Will you keep talking?
    Is it safe to eat raw eggs?
    Is the brain a computer?
    Is your cloud fluffy?
    What did we say before?
    What did Einstein say yesterday?
    What happened yesterday?
    How is my data plan calculated?
    How is data stored on a disk?
    How do microphones work?
    Does this look good?
    Does this thing bite?
    I need help.
    Who made the Mona Lisa?
    is my printer online
    are you a person who likes cheese?
    Who wrote the code of Hammurabi?
    Does Dropbox upload my photos?
    Is the cloud safe?
    Can you believe it?
    what is a recording studio
    Can you tell me who wrote Hamlet?
    Can you help me spell necessary?
    Can you explain gravity?
    Can you sing?
    Can you tell a joke?
    Can you tell me a joke?
    Can you tell me about alarms?
    Can you tell me how to set an alarm on my phone?
    Can you explain how to turn on the lights in a Tesla?
    Can you play chess?
    Can you play a game with me?
    Can you play twenty questions?
    Can you write a poem?
    Can you write an email?
    Can you write me a short story?
    Can you write a song?
    Can you translate this into French?
    Can you count to ten?
    Can you do math?
    Can you speak Spanish?
    Can you talk like a pirate?
    Can you call me Bob?
    Can you call me by my name?
    Can you call a whale a fish?
    Can you call him a liar?
    Can you remind me who wrote Hamlet?
    Can you remind me what we were talking about?
    Can you remind me of the capital of France?
    Can you turn water into wine?
    Can you turn right on a red light?
    Can you turn lead into gold?
    Can you turn down a job offer politely?
    Can you buy a gun in Texas?
    Can you buy happiness?
    Can you buy beer on Sundays in Utah?
    Can you order these numbers from small to large?
    Can you set the scene for a story?
    Can you set a good example?
    Can you set the table?
    Can you open a bottle without an opener?
    Can you open a file in Python?
    Can you make a timer out of sand?
    Can you make up a story?
    Can you make a list of fruits?
    Can you take a joke?
    Can you take a guess?
    Can you take the train to Paris?
    Can you find the error in this sentence?
    Can you find a rhyme for orange?
    Can you read Chinese?
    Can you read minds?
    Can you get sick from raw eggs?
    Can you start again?
    Can you stop talking?
    Can you stop that?
    Can you change the subject?
    Can you give me an example?
    Can you give me advice?
    Can you recommend a book?
    Can you control your temper in traffic?
    Can you control a drone with a phone?
    Can people control their dreams?
    Can my phone play music?
    Can Alexa set alarms?
    Could you imagine living on Mars?
    Could you say that again?
    Are you able to explain gravity?
    Do you know how to cook rice?
    Do you know how to play poker?
    Do you know how to open a bottle of wine?
    Do you know how to tie a tie?
    Do you play an instrument?
    Do you call that a joke?
    Set an alarm for seven.
    Turn on the lights.
    Play some music.
    How do I set an alarm on my phone?
    How do I turn on Bluetooth?
    How do I send an email?
    Should I order a pizza?
    I can play music.
    My phone can send messages.
    Is data stored in the cloud?
    Is the data in the study correct?
    Is my photo stored in the cloud?
    Is my package sent?
    Is my computer connected to the internet?
    Is it sold online?
    Is it stored in the fridge?
    Is this sold anywhere?
    Is this going anywhere?
    Is this going to hurt?
    Is this going to be on the test?
    Is everything going well?
    Is everything ready?
    Is anything open today?
    Is anything wrong?
    Is anything going on tonight?
    Is anyone home?
    Is anybody there?
    Is the phone on the table?
    Is the TV on?
    Is the light on?
    Is the microphone a good gift?
    Is the store open?
    Is this cloud a thunderstorm?
    Is the conversation over?
    Is music stored on vinyl?
    Is my mom going to the store?
    Are the photos uploaded?
    Are my photos safe in the cloud?
    Are records better than tapes?
    Are eggs stored in the fridge?
    Are phone calls recorded by the police?
    Are androids real?
    Are you an android fan?
    Are you an expert on birds?
    Are you keeping well?
    Are you saving for a house?
    Are you sending flowers?
    Are you sharing a room?
    Are you going to the cloud forest?
    Did you send the letter?
    Did Apple record a profit?
    Did the police record the call?
    Do you keep bees?
    Do you keep chickens in the yard?
    Do you save stamps?
    Do you send Christmas cards?
    Do you store potatoes in the dark?
    Do you upload videos to YouTube?
    Do you record music?
    Do you have a record player?
    Do you have any records by the Beatles?
    Do you have a connection to the royal family?
    Do you have memories of your childhood?
    Do you share your toys?
    Do you phone your mother?
    Do you remember the alphabet?
    Do you remember the moon landing?
    Do you forget birthdays?
    Do clouds float?
    Does the cloud of smoke go away?
    Does my voice sound strange?
    Does my voice change when I have a cold?
    Does Netflix record what I watch?
    Does Google store my searches?
    Does WhatsApp send my messages to Facebook?
    Does my dog remember me?
    Does anything rhyme with orange?
    Does anything travel faster than light?
    Does everything stay the same?
    Who is on the phone?
    Who put the bop in the bop?
    Who put the man on the moon?
    Who wrote this song?
    Who is your daddy in the film?
    Who might win the election?
    Who brought the cake?
    Who came up with the telephone?
    Who gave you the flowers?
    Who records the most songs?
    Who are the people behind the wall?
    Where are recordings of Caruso kept?
    Where do voices come from?
    Where does the data center get its power?
    What is the cloud?
    What is a microphone?
    What is human memory?
    What is the point of life?
    What are the commands in git?
    What are bees good for?
    What is salt good for?
    What can I say to my boss?
    What can I say to her?
    What can I ask at a job interview?
    What can you tell me about Rome?
    What can you make with eggs?
    What can you buy for a dollar?
    What can you see in London?
    What things can I recycle?
    What can a doctor do?
    What are you able to see from the moon?
    What do you remember about the war?
    What do you keep in a garage?
    What do you send to a wedding?
    What do you store in a cellar?
    What did you say?
    What did I say?
    What gets wetter as it dries?
    What makes you happy?
    What makes you laugh?
    How do I use a microphone?
    How do I save a recording?
    How do I upload a video?
    How long do you keep milk?
    How long do you boil an egg?
    How good is human memory?
    How long do elephants remember things?
    Why do people record music?
    Why can't you divide by zero?
    Why can't pigs fly?
    Help me with my homework.
    Help me spell necessary.
    Help wanted.
    Can you help my mom?
    Save the whales.
    Upload my photos.
    Phone home is what E.T. said.
    The microphone is on the table.
    ";

fn facts() -> Facts {
    Facts { model: "smollm2-135m".into(), words_logged: false, version: "1.2.3".into() }
}

#[test]
fn the_patterns_are_well_formed() {
    assert_eq!(wordings::wrong(), Vec::<String>::new());
}

#[test]
fn questions_about_itself_are_answered() {
    let facts = facts();
    let mut wrong = Vec::new();
    let mut asked = BTreeSet::new();
    for (topic, text) in questions() {
        let Some(topic) = topic else { continue };
        asked.insert(text);
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
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 4 * asked.len(), wrong.join("\n"));
    assert!(asked.len() >= 695, "{}", asked.len());
    for topic in TOPICS {
        assert!(questions().iter().any(|(of, _)| *of == Some(topic)), "nobody asks {topic:?}");
    }
}

#[test]
fn other_questions_are_left_to_the_language_model() {
    let facts = facts();
    let mut wrong = Vec::new();
    let mut asked = BTreeSet::new();
    for (_, text) in questions().into_iter().filter(|(topic, _)| topic.is_none()) {
        asked.insert(text);
        if let Some(answer) = answer(text, &facts) {
            wrong.push(format!("{text:?} is answered with {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked.len() >= 533, "{}", asked.len());
}

#[test]
fn no_question_in_the_recordings_is_about_the_program() {
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
fn the_answers_depend_on_the_facts() {
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
    assert!(told("Do you remember things?", &facts).contains("a log"));
    assert!(told("What version are you?", &facts).contains("1.2.3"));
}

#[test]
fn no_answer_claims_to_be_another_assistant() {
    for topic in TOPICS {
        let answer = say(topic, &facts());
        let low = answer.to_lowercase();
        for name in ["alexa", "siri", "chatgpt", "openai", "google", "amazon", "human"] {
            assert!(!low.contains(name), "{answer}");
        }
        // Short enough to be spoken without a break.
        assert!(answer.split(' ').count() <= 40, "{answer}");
    }
}

#[test]
fn long_texts_are_matched_quickly() {
    let long = "who are you and ".repeat(20_000);
    let begun = std::time::Instant::now();
    assert_eq!(answer(&long, &facts()), None);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
