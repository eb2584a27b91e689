use std::collections::BTreeSet;

use super::wordings::{self, Topic};
use super::{Facts, answer, say};

/// How people ask, one a line; typed, and as Whisper writes it.
const ASKED: [(Topic, &str); 18] = [
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
         And what are you, really?
         And who might you be?
         Who might you be?
         With whom am I speaking?
         Who the heck are you?
         Who on earth are you?
         What am I talking to?
         Who is it that I'm talking to?
         Who's on the other end?
         State your name.
         What's your story?
         What could you be?",
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
         Who is behind you?
         Who wrote your code?
         Do you report to Google?
         So who exactly put you together?
         whos your daddy
         Who's your daddy?
         Who wrote your software?
         Who came up with you?
         Who thought you up?
         Who gave you your name?
         Who brought you to life?
         Who are the people behind you?
         Who's the genius who built you?
         Whose creation are you?
         Who is the company behind you?
         Who named you?
         Who coded you?
         Who was your code written by?
         Who is the person that made you?
         Who did the programming for you?
         Who made this thing?
         Who do I thank for creating you?
         Which folks built you?
         Who is it that made you?",
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
         What happens if the internet goes down?
         Do you have a connection to the net?
         Have you got a connection to the internet?
         Do you have a live internet connection?
         Is there an internet connection?
         Is this device connected to the internet?
         Can I use you without internet?
         Do you still work when the Wi-Fi is down?
         Is this thing on the internet?
         Can you google the score for me?
         Are you on the net?
         Do you use my mobile data?
         Does this use my data plan?
         Can I talk to you offline?
         Is your brain in the cloud?
         Can you search the internet for news?",
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
         Are you a doctor?
         are you an android
         Are you a cyborg?
         Are you flesh and blood?
         Are you made of flesh and blood?
         Are you just a bunch of code?
         Are you a real life form?
         Are you a piece of software?
         Are you a virtual assistant?
         Is this automated?
         Are you a digital person?
         Do I have a human on the line?
         Are you some kind of droid?
         Are you an artificial intelligence assistant?
         Are you an automated voice?",
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
         Are you keeping a record of this?
         Do you save recordings of me?
         Do you store recordings of me?
         Do you upload my recordings?
         Is anything uploaded?
         is any of this going to the cloud
         Does my voice go to the cloud?
         Is this conversation being taped?
         is this going to the internet
         do you phone home
         Can anyone listen to this conversation?
         Do you keep recordings?
         Do you keep audio of me talking?
         Do you save my voice?
         Do you save the audio?
         Do you save our chats?
         Do you store our talks?
         Do you archive my conversations?
         Do you make recordings of our conversations?
         Do you keep a copy of my voice?
         Do you keep a transcript of this?
         Do you hold on to my data?
         Do you upload anything?
         Do you upload audio to the cloud?
         Do you upload what I say to a server?
         Do you send anything to the cloud?
         Do you send recordings to anyone?
         Do you send audio to Google?
         Do you send this to Amazon?
         Do you stream my voice to the internet?
         Do you share recordings with third parties?
         Do you share what I tell you with others?
         Do you pass on what I say?
         Do you call home?
         Do you report back to headquarters?
         Do you sell my conversations?
         Do you leak my secrets?
         Do you use my conversations to train?
         Do you use my voice for training?
         Does anything I say go to the cloud?
         Does anything leave this device?
         Does any of this leave my house?
         Does my voice leave this room?
         Does my data leave the device?
         Does this conversation stay between us?
         Does everything stay on this device?
         Does any of this go online?
         Does what I say go to Google?
         Does anything get recorded?
         Does anything get sent to a server?
         Does my voice get stored?
         Is anything being recorded?
         Is anything I say saved?
         Is anything sent to Apple?
         Is anything stored in the cloud?
         Is any of this recorded?
         Is any of this being saved?
         Is all of this being uploaded?
         Is my voice being recorded?
         Is my voice sent to the cloud?
         Is my voice uploaded anywhere?
         Is my voice being streamed to a server?
         Is this being taped?
         Is this being uploaded to the cloud?
         Is this call being recorded?
         Is this conversation saved?
         Is this conversation kept anywhere?
         Is this sent to anyone?
         Is this stored on a server?
         Is this chat logged?
         Is audio sent anywhere?
         Is what I say sent over the internet?
         Is what I say uploaded?
         Is everything I say recorded?
         Are my recordings uploaded?
         Are our conversations stored anywhere?
         Are conversations recorded?
         Are my words being sent somewhere?
         Are you taping this?
         Are you taping this conversation?
         Are you uploading my voice?
         Are you uploading this?
         Are you sending this to anyone?
         Are you sending my voice over the internet?
         Are you saving any of this?
         Are you saving recordings?
         Are you keeping what I say?
         Are you storing my voice?
         Are you sharing this with anybody?
         Are you streaming this to the cloud?
         Will you save what I say?
         Will my voice be stored?
         Will this be recorded?
         Where do my recordings go?
         Where are my recordings stored?
         Where do you store my voice?
         Where do you send my data?
         Where does this conversation go?
         Who do you share my data with?
         Who can listen to this conversation?
         Who can access my recordings?
         Can anyone hear this conversation?
         Can anybody listen in on us?
         Can somebody access my recordings?
         Can hackers listen to me?
         Can Google hear me?
         Is the government listening to us?
         Is there a recording of this?
         Is there a log of this conversation?
         Is there any record of what I say?
         What do you record?
         What do you store?
         What gets uploaded?
         What gets sent to the cloud?
         What do you send to Google?
         How much of this is recorded?
         How much of what I say is stored?
         How long do you keep my recordings?
         How long is my data stored?
         Why do you record me?
         Can I talk to you in private?
         Is someone on the other side listening?
         Does this thing record me?
         Does this device listen to us?
         Are you wiretapped?
         What happens to my voice after I speak?
         How is my data used?
         Do you gather data on me?
         Do you tell anyone what I say?
         Will you keep this between us?
         Is it safe to talk to you?
         Are you always on?
         Are you talking to a server?
         Do you talk to the cloud?
         Do you erase everything afterwards?
         Is somebody at the company hearing this?
         Do you retain any of my voice data?
         Do you beam my voice anywhere?
         Do you have me on tape?
         Does Google get my recordings?
         Is this all being saved somewhere?
         Do you ever upload stuff?",
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
         Do you have any special skills?
         What are you good for?
         What things can you help with?
         what are you able to help me with
         What can I say?
         help
         Help, please.
         What can you help with?
         What else can you help me with?
         What are you able to do?
         What are you able to do for me?
         What are you here for?
         What are you useful for?
         What can you assist with?
         What can you offer me?
         What can you answer?
         What can you talk about?
         What can I talk about with you?
         What can I ask?
         What can I ask for?
         What can I talk to you about?
         What could I say to you?
         What topics can you discuss?
         What sort of things can you help me with?
         What's the point of you?
         What use are you?
         What are the commands?
         What is it that you do?
         What is it you can do?
         What makes you useful?
         What tasks can you perform?
         What would you be able to do?
         How can you be useful?
         How do I use this thing?
         How do I talk to you?
         Show me some things you can do.
         Give me a list of things you can do.
         Teach me how to use you.
         What can't you do?
         What are you not able to do?
         Is there anything you can't do?
         Are you good for anything?
         Are you useful?
         Commands.
         How may you help me?
         How can you assist me?
         Can you do anything useful?
         What am I able to ask you?
         In what ways can you help me?",
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
    (
        Topic::Microphone,
        "Is the microphone on?
         Is the mic on?
         Is your microphone on right now?
         Is your mic always on?
         Is the mic muted?
         Is my microphone live?
         Do you have a microphone?
         Are you using the microphone?
         Is the microphone still recording?
         Does the microphone stay on?
         When is the mic on?
         Is the microphone always listening?
         How do you hear me?
         Are you muted?",
    ),
    (
        Topic::Memory,
        "Do you have a memory of what I tell you?
         can you remember what I said yesterday?
         Do you have a memory?
         Do you have a long-term memory?
         Do you have any memory of our last conversation?
         Do you remember what I said yesterday?
         Do you remember our last conversation?
         Do you remember our conversations?
         Do you remember things I tell you?
         Do you remember what I told you last week?
         Can you remember things?
         Can you remember our previous chats?
         Will you remember this tomorrow?
         Will you remember what I say?
         Will you remember me next time?
         Do you forget everything when I turn you off?
         Do you forget what I say?
         How long do you remember things?
         How long do you remember what I say?
         How good is your memory?
         What do you remember about me?
         Do you learn from what I say?
         Do you learn from our conversations?
         Will this conversation be forgotten?
         Do you remember me from yesterday?
         What did I say yesterday?
         What did we talk about last time?
         Do you know what I said yesterday?
         Does your memory last?",
    ),
    (
        Topic::Inability,
        "Can you set an alarm?
         Can you set an alarm for seven tomorrow morning?
         Could you set a timer for ten minutes?
         Can you set a timer?
         Can you set reminders?
         Can you set up a reminder for my meeting?
         Can you start a timer?
         Can you add milk to my shopping list?
         Can you put it on my calendar?
         Can you check my calendar?
         Can you cancel my alarm?
         Can you remind me to buy milk?
         Can you remind me tomorrow?
         Can you wake me up at six?
         Can you turn on the light?
         Could you please turn on the lights?
         Can you turn the lights off?
         Can you turn off the TV in the living room?
         Can you turn on the Wi-Fi?
         Can you turn down the music?
         Can you turn it off?
         Can you switch on the kitchen light?
         Can you dim the lights?
         Can you control my lights?
         Can you control my smart home devices?
         Are you able to control the thermostat?
         Do you know how to turn on the lights?
         Can you change the volume?
         Can you lock the front door?
         Can you open the garage door?
         Can you play music?
         Can you play some music for me?
         Can you play a song by the Beatles?
         Can you play the radio?
         Can you play me a song?
         Could you play some jazz music?
         Do you play music?
         Do you know how to play music?
         Can you pause the music?
         Can you send an email?
         Can you send an email to my boss?
         Can you send a message?
         Can you send a message to my mom?
         Can you send texts?
         Can you text my wife?
         Can you email Bob?
         Can you call my mom?
         Can you call Mom?
         Can you call the police?
         Can you call me a cab?
         Can you make phone calls?
         Can you make a phone call?
         Do you make calls?
         Can you order a pizza?
         Can you order food online?
         Can you order me something to eat?
         Can you buy things on Amazon?
         Can you buy me a ticket?
         Can you book a flight?
         Can you book me a hotel in Rome?
         Can you book a table for two?
         Can you make a reservation?
         Can you open an app?
         Can you open Spotify?
         Can you open the browser?
         Can you install apps?
         Can you record a message?
         Can you record this meeting?
         Can you take a picture?
         Can you take a note?
         Can you read my emails?
         Can you check my messages?
         Can you search YouTube for cat videos?
         Can you read me the news?
         Can you give me the latest headlines?
         Can you pay my bills?
         Can you find my phone?
         Can you make me a sandwich?
         Are you able to set alarms?
         Are you able to play music?
         Would you be able to send a text?
         Do you have the ability to play music?
         Is it possible for you to call my mom?
         Can I ask you to set a timer?
         Why can't you play music?
         I wonder if you can set an alarm.
         You can't play music, can you?
         Can you mute the microphone?
         Do you support Spotify?
         Can you set alarms and play music?
         Can you play something?
         Can you ring my wife?
         Can you open my email?
         Can you control Hue lights?
         Can you start the vacuum?
         Do you do reminders?
         Can you handle timers?
         Are you capable of playing music?
         Are you capable of setting alarms?
         Can you shoot a text to my sister?
         Can you look something up on Wikipedia?
         Can you fire up Netflix?
         Can you place an order for pizza?",
    ),
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
    assert!(asked >= 600, "{asked}");
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
    assert!(different.len() >= 400, "{}", different.len());
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
    for (topic, _) in ASKED {
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
