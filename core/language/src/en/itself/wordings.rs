//! How people ask about the program itself: patterns over plain words.
//!
//! A pattern must match all of a question, so "who made you" matches and "who made your phone"
//! does not.

use std::sync::LazyLock;

use crate::pattern::{LONGEST, Parts, Pattern};

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// What it is called.
    Name,
    /// Who or what it is.
    Who,
    /// Who made, owns or runs it.
    Maker,
    /// Whether it is connected to anything.
    Online,
    /// Whether it is a person or a machine.
    Person,
    /// Whether it is another assistant.
    Brand,
    /// Whether it records, keeps or passes on what is said.
    Privacy,
    /// Whether the microphone is on.
    Microphone,
    /// What it remembers, and for how long.
    Memory,
    /// What it can do.
    Abilities,
    /// Whether it can do something that it cannot do.
    Inability,
    /// Where it runs.
    Place,
    /// Which language model it uses.
    Model,
    /// Which version of the program it is.
    Version,
    /// Whether it feels, has a body or a family, or needs anything.
    Feelings,
    /// Whether it is a man or a woman.
    Gender,
    /// Whether it sees.
    Sight,
    /// How old it is.
    Age,
}

/// Parts of patterns. A part may use those above it.
const PARTS: &[(&str, &str)] = &[
    (
        "ARE",
        "((if|whether)? (are you|you are|were you|you were) (not|still|also|always|like|some kind of|some sort of|kind of)*)",
    ),
    ("AM_I_WITH", "((am i|are we|i am|is it that i am) (talking|speaking|chatting) (to|with))"),
    (
        "DO",
        "((if|whether)? (do|did|will) you|if you|whether you|you) (do|will|not|also|always|secretly|still|sometimes)*",
    ),
    (
        "CAN",
        "((if|whether)? (can|could|do) you|are you able to|you can|if you|whether you) (not|also|still|can)*",
    ),
    // Names that only assistants have, and names of their makers.
    (
        "ASSISTANT",
        "((an?|the|hey|ok|okay)? (alexa|siri|cortana|bixby|google (assistant|home|nest|now|bard|gemini)?|chatgpt (NUMBER)?|gpt (NUMBER)?|gemini|bard|copilot|claude|jarvis|hal (NUMBER)?|watson|mycroft|amazon (echo|alexa)|home assistant|llama|deepseek|grok|qwen|smollm))",
    ),
    (
        "BRAND",
        "(ASSISTANT|(an?|the)? (amazon|apple|microsoft|openai|samsung|meta|facebook|anthropic|mistral|alibaba|hugging face|echo|ibm|nvidia|big tech))",
    ),
    ("BRANDS", "(BRAND ((or|and)* BRAND)*)"),
    (
        "MADE",
        "(made|makes?|built|builds?|created?|designed|developed|programmed|invented|wrote|written|writes|coded|trained|produced|manufactured|constructed|engineered|published|released|owned|owns|runs?|operated|financed|funded|pays (for)?|thought of|came up with|brought to life|put together)",
    ),
    (
        "IT",
        "(you|sayso|this (assistant|voice assistant|program|software|app|robot|bot|ai|thing|gadget))",
    ),
    (
        "MAKER",
        "(makers?|creators?|daddy|daddies|mommy|mama|papa|builders?|engineers?|coders?|developers?|inventors?|designers?|programmers?|manufacturers?|authors?|owners?|boss|bosses|masters?)",
    ),
    (
        "NET",
        "((the|an?|any|your|my)? (internet|web|net|cloud|wifi|network|world wide web|online|mobile data|cellular|ethernet) (connection|access|service|link)?)",
    ),
    (
        "THINGS",
        "(things|stuff|something|anything|it|that|this|information|answers|facts|questions)",
    ),
    (
        "BEING_ADJ",
        "(real|actual|living|live|true|genuine|fake|human|breathing|normal|talking|smart|computer|large|flesh and blood|simple|stupid|mere|mechanical|digital|virtual|intelligent|automated|artificial intelligence|ai|voice)",
    ),
    (
        "BEING_NOUN",
        "(human|humans|person|people|being|someone|somebody|thing|creature|robots?|bots?|chatbot|machine|computer|program|software|app|application|ai|ais|artificial intelligence|device|language model|llm|voice assistant|virtual assistant|digital assistant|assistant|speaker|automated system|answering machine|ghost|alien|animal|doctor|nurse|lawyer|teacher|scientist|therapist|operator|actor|android|cyborg|droid|automaton|gadget|toy|simulation|mortal|spirit|piece of (software|code|hardware|technology)|bunch of code|human in disguise|life form|lifeform)",
    ),
    (
        "BEING",
        "(((an?|the|some)? (BEING_ADJ)* BEING_NOUN)|(an?) recording|alive|living|real|fake|artificial|automated|synthetic|mechanical|made of flesh|(made of)? flesh and blood|organic)",
    ),
    ("BEINGS", "(BEING ((or|and) (ARE)? BEING)*)"),
    (
        "DATA",
        "((personal|private|voice|user|audio|spoken|chat|conversation)* (data|voice|words|conversations?|audio|recordings|speech|chats?|information|info|secrets|questions|commands|requests|talks|dialogue|discussions?|transcripts|(chat|conversation) history))",
    ),
    (
        "SAID",
        "((what|everything|anything|any|the things|things|all|all that|all of what|any of what|whatever|every word|each word|everything that|the stuff|stuff|how|when) (i|we|people) (have|am|are|have been)? (say|says|said|ask|asked|asking|saying|tell|told|telling|talk about|talked about|talking about|discuss|discussed|speak|mention|mentioned) (to)? (you)? (in here|in this room)?)",
    ),
    (
        "MINE",
        "(SAID|(my|our|all my|all our|any of my|any of our|some of my|all of my|all of our|peoples|everyones|the|this|these) DATA)",
    ),
    (
        "PLACE",
        "((to|with|for|on|in|onto|into|by|off|up|out|over|through|back|across|at|from)* ((the|an?|your|some|any|other|another|my|this|remote|big|tech)* (cloud|servers?|internet|net|web|network|company|companies|makers|creators|developers|government|police|fbi|cia|nsa|third parties|third party|advertisers|strangers|hackers|data centers?|database|headquarters|hq|home base|disk|hard drive|files?|logs?)|anyone|anybody|someone|somebody|other people|others|online|offline|BRAND))",
    ),
    (
        "TO_WHOM",
        "(PLACE|(to|with|for|by)? (anyone|anybody|someone|somebody) else|(to|with|for)? your (boss|owners?|people)|anywhere (else)?|somewhere (else)?|(to|on|in)? (this|my|the) (device|computer|machine)|(away|elsewhere|outside)|outside (of)? (this|my|the) (device|house|home|room|computer))",
    ),
    (
        "KEEP",
        "(record|store|save|keep|log|tape|archive|retain|collect|capture|transcribe|write down|hold on to|track|gather|back up|hang on to)",
    ),
    (
        "KEEPING",
        "(recording|storing|saving|keeping|logging|taping|archiving|retaining|collecting|capturing|transcribing|writing down|holding on to|tracking|gathering|monitoring|backing up)",
    ),
    (
        "KEPT",
        "(recorded|stored|saved|kept|logged|taped|archived|retained|collected|captured|transcribed|written down|tracked|gathered|monitored|backed up|wiretapped|listened to|remembered)",
    ),
    (
        "SEND",
        "((send|beam|upload|share|transmit|stream|sell|leak|forward|report|transfer|broadcast|submit|relay|sync) (on|off|out|up|over|away|along|back)?|(give|pass|hand) (on|out|over|away|along))",
    ),
    (
        "SENDING",
        "((sending|uploading|sharing|transmitting|streaming|selling|leaking|forwarding|reporting|transferring|broadcasting|relaying|syncing) (on|off|out|up|over|away|along|back)?|(giving|passing|handing) (on|out|over|away|along))",
    ),
    (
        "SENT",
        "((sent|uploaded|shared|transmitted|streamed|leaked|forwarded|reported|passed|given|handed|transferred|broadcast|broadcasted|relayed|synced) (on|off|out|up|over|away|along|back)?)",
    ),
    (
        "RECORDS",
        "((an?|any|our|your|all|audio|voice|sound|permanent)* (recordings?|transcripts?|logs?|((recordings?|records?|transcripts?|logs?|copy|copies|tapes?|history|notes|track|log files?|audio) of ((me|us) (talking|speaking)?|this|it|everything|anything|people|DATA|MINE))))",
    ),
    (
        "ANY_OF",
        "((all|any|some|anything|something|everything|none|part|parts|bits) (of)? (this|that|it|these))",
    ),
    // What may be kept or passed on, if the rest of the question makes that clear.
    (
        "KEPT_THING",
        "(MINE|SAID|RECORDS|ANY_OF|anything|everything|something|(any|all)? (audio|recordings|conversations|chats|(voice|audio|user|personal) (data|recordings)))",
    ),
    (
        "BE",
        "(be|been|being|get|gets|getting|ever|still|always|also|secretly|automatically|later|not)",
    ),
    ("MIC", "((your|the|my|this|that|an?|any|built in)* (microphones?|mics?|mikes?))"),
    (
        "PAST",
        "(yesterday|before|tomorrow|later|earlier|afterwards|forever|next time|the next day|(last|next|the other|the last|the next|this) (time|week|night|month|year|day|session|conversation|morning)|(from|in) (the past|before|yesterday|earlier|one (day|conversation|session) to the (next|other))|WORD (days?|weeks?|months?|years?|hours?) ago|between (sessions|conversations|chats)|(when|after|once|if) (i|we|you) (am|are|come|turn|switch|leave|restart|shut|hang|stop|reboot|get) (WORD)*|(when|after|once) (this|it|the conversation|this conversation) (is over|ends|is done|has ended)|after (this|that|this conversation))",
    ),
    (
        "WHEN",
        "(all the time|always|constantly|24 7|right now|now|at the moment|all day|at night|forever|in the background|without me knowing|when i am not talking (to you)?|when i do not talk (to you)?|the whole time|secretly|too)",
    ),
    (
        "ABLE",
        "((can|could|do) you|would you be able to|are you (able|here|meant|supposed|made|built|designed|programmed|willing|going) to|you (can|could)|you are able to)",
    ),
    // Asks whether it can, not whether it does. "Can you" may also ask what anybody can do, so the
    // words after it must be more exact.
    (
        "CAN_IT",
        "((if|whether|why)? ((can|could) (you|sayso|this thing)|(are you|you are|would you be|is sayso) (able|allowed|programmed|equipped) to|you (can|could)|do you (already|yet)? know how to|do you have (the|an?|any) (ability|skill|way) to|is it possible for you to|is there (a|any) way for you to|can i (ask|get|use|have|tell) you to) (not|also|maybe|perhaps|possibly|still|already|yet|quickly|go)*)",
    ),
    (
        "DEVICE",
        "((front|back|ceiling|smart|desk|kitchen|bedroom|living room|bathroom|garage|room|home|house)* (lights?|lamps?|bulbs?|light bulbs?|lighting|thermostats?|heating|heat|heater|temperature|ac|air conditioning|air conditioner|tv|television|music|volume|radio|speakers?|stereo|house|home|devices?|appliances?|gadgets?|plugs?|fan|blinds|curtains|brightness|alarms?|timers?|vacuum|roomba|oven|coffee maker|coffee machine|wifi|bluetooth|computer|laptop|phone|car|screen|doors?|windows?|locks?|gate))",
    ),
    ("THE", "(the|my|our|your|this|that|these|those|all|any|some|an?|another|of|other|more|smart)"),
    (
        "ALARM",
        "(alarms?|timers?|reminders?|countdown|appointments?|meetings?|calendar events?|calendar|wake up call|(shopping|grocery|to do|todo) list)",
    ),
    (
        "MUSIC",
        "(music|songs?|radio|albums?|playlists?|podcasts?|audiobooks?|videos?|movies?|tunes?|spotify|jazz|rock|white noise|tracks?|youtube|netflix)",
    ),
    (
        "WARES",
        "(pizzas?|food|dinner|lunch|groceries|takeout|coffee|flowers|tickets?|table|hotels?|rooms?|flights?|taxi|cab|uber|ride|appointments?|restaurants?|train|car|doctors|movie|concert|plane|trip|vacation|things|stuff|something|anything|milk|books?|it|this|haircut|presents?|gifts?|sushi|burgers?|shoes|toilet paper|batteries|reservations?)",
    ),
];

/// In this order: the first match counts.
const WORDINGS: &[(Topic, &[&str])] = &[
    (
        Topic::Name,
        &[
            "(what is|what was)? your (first|last|real|full|own|given|actual)* name (is)?",
            "what your (real|full)? name is",
            "what (are you|you are) (called|named)",
            "(DO|CAN) have an? (real|first|last)* name",
            "(what|how) (should|do|can|could|may|shall|must|would|will) (i|we) (call|name|address) you",
            "what (i|we) (should|can|could) call you",
            "(what|which) name (do you have|do you go by|should i use)",
            "what do (people|they|others|your friends|you) call (you|yourself)",
            "(do people|can i|should i) call you sayso",
            "(is your name|are you called|your name is|you are called|are you|you are|is this|AM_I_WITH) sayso",
        ],
    ),
    (
        Topic::Who,
        &[
            "(what|who) (the (hell|heck|devil)|on earth|in the world|or what|or who)? ARE",
            "(what|who) (might|may|could) you be",
            "(what|who) (kind|sort|type) of (thing|assistant|device|being|ai|bot|robot|machine|program) ARE",
            "what (kind|sort|type) of (thing|assistant|device|being|ai|bot|robot|machine|program) ARE",
            "(which|what) (ai|assistant|voice assistant|bot|robot|chatbot) (are you|you are|is this)",
            "(what|whom) AM_I_WITH",
            "(to|with) whom (am i|do i) (talking|speaking|speak|talk|have the pleasure)",
            "who is (it|this|that)? (that)? AM_I_WITH",
            "(who is|what is) on the other end",
            "(state|reveal) your (name|identity)",
            "what is your (story|deal)",
            "who (AM_I_WITH|am i listening to|is this speaking|is speaking|is talking)",
            "(who|what) (is sayso|sayso is)",
            "who do i have the pleasure (of (speaking|talking) (to|with))?",
            "(a (little|bit|little bit)|something|more|a little more|all)? about (yourself|you)",
            "(can you|could you|would you|will you)? (introduce|describe|identify) yourself",
            "what (is your purpose|is your identity|are you for|are you made for|should i know about you)",
        ],
    ),
    (
        Topic::Brand,
        &[
            "(ARE|ARE called|is your name|your name is) BRANDS",
            "(is this|AM_I_WITH) ASSISTANT ((or|and)* ASSISTANT)*",
            "or ASSISTANT",
            "ARE (the same as|similar to|better than|smarter than|as good as|as smart as|friends with|related to|different from|a kind of|a version of|a clone of|pretending to be|the (sister|brother|cousin|friend) of) BRANDS",
            "(what is|is there) (the|a|any)? difference between you and BRANDS",
            "how (are you|you are) different from BRANDS",
            "how do you compare (to|with) BRANDS",
            "(can|may|could|should) i call you BRANDS",
            "why are you not BRANDS",
        ],
    ),
    (
        Topic::Model,
        &[
            "(what|which) (kind of|type of|sort of)? (ai|gpt|language|large|speech|underlying)* (model|llm|network|neural network|gpt|version of gpt|version of chatgpt|engine|technology|tech|algorithm) (ARE|do you (use|run|have|run on)|(are you|you are) (using|running|running on|based on|built on|powered by)|you use|powers you|is behind you|runs you|is inside you)",
            "(what|which) (ai|llm) (do you use|powers you|are you (using|running|based on|built on))",
            "what is your (language|ai|underlying|base|large language)* (model|llm|engine|algorithm|technology|architecture) (name)?",
            "what (are you|you are) (based|built|powered|made) (on|by|of|from|with|out of)",
            "what (is|are) you made of",
            "(ARE|is this) (based on|powered by|using|built on|running on|built with|made with) BRANDS",
            "DO (use|run|run on|contain) BRANDS",
            "how do you (work|function|think|understand me|know so much|know everything|know all this)",
            "how (you work|does sayso work)",
            "(what|who) (powers|drives) you",
            "what is (inside you|under the hood)",
            "how many parameters (do you have|does your model have)",
            "how (big|large) is your (model|brain|language model)",
            "DO use (an?)? (language model|llm|ai|artificial intelligence|neural network)",
            "(how were you|what were you|how are you|what are you) trained (on)?",
        ],
    ),
    (
        Topic::Maker,
        &[
            "who (has|have|had|did)? (MADE|make|build) IT (up)?",
            "who (has|have)? (MADE|did) (your|sayso is) (code|software|source code|source|program|programming|brain|system|voice|personality)",
            "who (does|did) (the|your) (programming|design|coding|thinking|work) (for|of|on|behind)? (IT)?",
            "who (has|have)? (put|brought|cobbled|thought|dreamt|dreamed|cooked|coded|set|gave) (IT|birth to you|life to you|you (life|birth|your name|a voice)) (together|to life|up|into being|into the world|into existence)?",
            "who named you",
            "(whose|what) (creation|product|idea|work|invention|project|brainchild|code|program|software|assistant|robot) ARE",
            "who is the (company|person|people|team|genius|brains?|mastermind|mind|developer|engineer|MAKER|man|woman|guy|one|geniuses|folks) (behind IT|of IT|(that|who) (is)? (MADE|behind) IT)",
            "who are the (people|MAKER|team|geniuses|folks|ones|brains|minds) (behind IT|of IT|(that|who) (are)? (MADE|behind) IT)",
            "(who|whom) (do|can|should) (i|we) (thank|blame) for (making|creating)? you",
            "who was your (code|software|program) (written|MADE) by",
            "who (holds|has) (your copyright|the copyright (to|on|of) you)",
            "who (was|is) it (that|who) MADE IT",
            "(by)? (whom|who) (are you|you are|were you|you were|have you been|was sayso|is sayso) MADE (by)?",
            "(who is|who are|who was|who were|who) (are)? your (MAKER|father|mother|parents|dad|mom|mum|company|parent company)",
            "who your (MAKER|parents|company) (is|are|was)",
            "(what|which) (company|firm|business|corporation|people|folks|guys|engineers|team|person|organisation|organization|country|lab|genius) (has|have)? MADE IT",
            "(what|which) (company|firm|business|corporation|team|organisation|organization) (are you from|do you come from|do you work for|do you belong to|is behind IT)",
            "who (do|did) you (work|belong|answer|report) (for|to)",
            "who you (work|belong) (for|to)",
            "(what|which) (company|person|people) (are|were) you MADE by",
            "(what is)? the name of (your (MAKER|company)|the (company|person|people) (that|who) MADE you)",
            "(what|which) country (are you|do you come) from",
            "who (are you|you are) (working|run|owned|operated|controlled) (for|by)",
            "who (controls|operates|programs|trains|funds|is behind|is responsible for|is in charge of|stands behind) IT",
            "where (do|did) you come from",
            "where (are you|were you|you come|you are) (from|MADE|born|MADE in)",
            "how (were|are) you (MADE|born)",
            "how did (they|people|someone|somebody) (make|build|create|program) you",
            "ARE MADE by (BRANDS|an? (company|corporation|person|human|robot|machine|student|programmer)|humans?|people|someone|somebody|anyone)",
            "DO (work|belong|answer|report) (for|to) (BRANDS|an? company|anyone|anybody|someone|somebody|the (government|police|fbi|cia|nsa)|yourself)",
            "DO come from BRANDS",
            "ARE (working for|from|owned by|run by|part of|by|property of) (BRANDS|an? company|the (government|police|fbi|cia|nsa))",
            "(did|does|do|has|is) BRANDS (make|build|create|design|develop|program|invent|train|own|run|control|made|behind) IT",
            "(is|was|are) BRANDS your MAKER",
            "(is|was) it BRANDS (that|who) MADE IT",
            "ARE BRAND (product|device|assistant|model|bot|service|robot|program|ai)",
            "DO have an? MAKER",
            "is there an? (company|person|human|team|developer) behind you",
            "ARE (open source|free software|a free program|a commercial product)",
        ],
    ),
    (
        Topic::Online,
        &[
            "ARE (online|offline|connected|((connected|hooked up|linked|plugged in|plugged into|on|in|using|part of|running on|running in) (to)? NET)|cloud based|web based|running (offline|online)) (or (online|offline|local|not connected))?",
            "DO (need|use|have|require|depend on|rely on|want|got) (to be|access to)? (NET|connected (to NET)?) (to (work|function|run|answer|operate|answer me|answer questions|talk|think|understand me))?",
            "(have you|you have) got (access to)? NET",
            "(DO have|have you got|is there|you have) (an?|any|some|the|live|active|direct|working|permanent|internet|network)* (connection|access|link|line) to NET",
            "(DO have|have you got|is there) (an?|any|the|live|active|direct|working|permanent)* NET (here)?",
            "(is|are) (this|sayso|this (device|thing|speaker|box|assistant|program|app)) (connected|hooked up|linked|plugged in|on|in|part of|running (on|in)) (to)? NET",
            "(can|could|do) i (use|talk to|run) you (offline|without NET|when NET is (down|out|off))",
            "(DO|CAN) (still|also)? (work|run|function|operate|talk) (when|if|while) NET (is|goes) (down|out|off|gone|offline)",
            "(does|do|is) (this|that|talking to you) (use|using|need) (up|any|my|our|mobile)* (data|data plan|bandwidth)",
            "(CAN|DO) (work|run|function|operate|live|answer|answer questions|think|talk|be used) (also|completely|fully)? (offline|online|(without|with no|with|on|over|through|in) NET|(when|if) there is no NET)",
            "(CAN|DO) (go|get|search|look|browse|surf|access|use|connect|reach|check) (on|in|to|onto|into|through|up|at)* NET",
            "(CAN|DO) (look|search|find|get|check|read|take) (up|for|out|your|the|all your)* THINGS (up|out)? (on|in|from|over|through|off)* NET",
            "is your (brain|model|mind|software|intelligence) (located|running|stored|hosted)* (in|on)? (NET|an? (remote)? servers?)",
            "CAN (search|browse|look on|check|ask) NET (for|about) (WORD)+",
            "CAN (google|search google) (THINGS|(WORD)+)?",
            "where do you get your (information|answers|knowledge|facts) (from)?",
            "do i need NET (to (use|talk to) you)?",
            "(does|is) (this|sayso|it) (need|use|require|using) NET",
            "(does|will|can) (this|sayso) work (offline|without NET)",
            "what happens (if|when) NET (is|goes) (down|out|off)",
        ],
    ),
    (
        Topic::Person,
        &[
            "(ARE|AM_I_WITH) (just)? BEINGS",
            "is this (an?) (BEING_ADJ)* (person|human|robot|machine|computer|ai|bot|chatbot|recording|program) (or (an?) (BEING_ADJ)* (person|human|robot|machine|computer|ai|bot|recording|program))*",
            "or (an?) BEINGS",
            "(if|whether)? (is there|there is) an? (real)? (person|human) (in there|behind (this|you)|talking|on the other end|inside|inside you)?",
            "(is|are) your voice (real|human|a recording|from a real person|recorded|artificial|synthetic|computer generated)",
            "what (is it like|does it feel like) (to be|being) BEING",
            "how human are you",
            "ARE (an?)? (BEING_ADJ)* voice",
            "is this (all)? (automated|a real voice|a human voice)",
            "(do|did) i have a (human|person|robot|machine) on the (line|phone)",
            "DO exist",
            "DO think you are BEING",
            "prove (that)? you are (not)? BEING",
            "what are you BEINGS",
        ],
    ),
    (
        Topic::Microphone,
        &[
            "(is|are|was) MIC (still|always|permanently|now)* (on|off|live|muted|unmuted|active|open|enabled|disabled|hot|listening|recording|switched (on|off)|turned (on|off)|plugged in) WHEN*",
            "(DO|CAN) (have|use|need|access|turn off|switch off) MIC (to hear me|on|off)? WHEN*",
            "ARE (using|listening (through|on|with|to)|recording (through|with|from)) MIC WHEN*",
            "(when|how often) is MIC (on|off|live|active|listening)",
            "(do|did) (i|you) (keep|leave|have) MIC (always)? (on|open|off) WHEN*",
            "(does|can) MIC (stay|remain|keep|turn|go|be|get|switched)* (on|off|listening|recording|muted|turned off) WHEN*",
            "what (is|does) MIC (doing|hear|pick up|picking up)",
            "how (do|can) you hear me",
            "ARE (muted|on mute)",
        ],
    ),
    (
        Topic::Memory,
        &[
            "(do you know)? what (((did|have) (i|we) (say|said|talk about|talked about|discuss|discussed|tell you|told you|ask|ask you|asked you))|(i|we) (said|told you|talked about|discussed|asked|asked you)) (yesterday|last (time|week|night|month|year)|the (other day|last time)|(in|during) (our|the) last (conversation|session|chat)|WORD (days?|weeks?|months?|years?) ago)",
            "((DO|CAN) have|have you got|you have) (an?|any|your own|the|long term|short term|permanent|good|some|no)* (memory|memories|recollection) (of (me|us|MINE|SAID|this|our WORD (conversations?|chats?)))? PAST?",
            "(DO|CAN) (remember|recall|memorize|forget) (MINE|SAID|things|everything|anything|stuff|(our|my|the)? (last|previous|past|earlier|old|other|first)* (conversations?|chats?|talks?|sessions?)|(the)? things) PAST?",
            "(DO|CAN) (remember|recall|forget) (me|us|this|that|any of (this|it)|who i am|my name|it|all (of)? this) PAST",
            "(DO|CAN) (remember|recall) PAST",
            "(will|are) you (going to)? (remember|forget) (this|(all|any) of (this|it)|me|us|it all) (PAST)?",
            "(for)? how (long|much|far back|well) (do|can|will|does) (you|your memory) (remember|recall|last|go|go back) (MINE|SAID|things|me|it|this|information)? (for)?",
            "how (good|long|big|short) is your memory",
            "(does|will|can) your memory (last|stay|persist|work|get (erased|wiped|cleared)) PAST?",
            "(is|are) your memory (good|bad|short|long|permanent|erased|wiped|reset|deleted|cleared) PAST?",
            "what (do|can|will) you (remember|recall) (about (me|us)|of (me|us|MINE|SAID)|PAST)?",
            "(DO|CAN) learn (things)? ((from|about) (me|us|MINE|SAID|our conversations|talking to me|this))",
            "(is|are|will) (MINE|SAID|this) (be|going to be)? (forgotten|remembered|erased|deleted|wiped|gone) (PAST|(when|once|after) (WORD)+)?",
            "when do you forget (MINE|SAID|things|me|this|everything)?",
        ],
    ),
    (
        Topic::Privacy,
        &[
            "ARE (secretly|always|constantly|ever|only|being)* (KEEPING|SENDING|listening|spying|eavesdropping|bugged|recorded|wiretapping) (on|in|to|down)* (KEPT_THING|DATA|everything|me|us|this|that|it|people|this (call|session))? TO_WHOM? WHEN*",
            "(does|is) (sayso|this (thing|device|speaker|assistant|program|app|box)) (always|still|secretly|also)* (record|recording|listen|listening|spy|spying|save|store|keep|send|upload) (to|on|in)* (me|us|everything|anything|MINE)? TO_WHOM? WHEN*",
            "(are you|you are|is this (thing)?) (always on|on (all the time|all day|constantly|24 7|at night))",
            "ARE (a spy|spyware|private|bugged|wiretapped|safe to use|secure|hacked|trustworthy|spying)",
            "(is|are|was) (this|it|that|these|(my|our|the|this|these) (DATA|call|session)) (still|being|getting|always)* (recorded|monitored|transmitted|uploaded|listened to|wiretapped|logged) TO_WHOM? WHEN*",
            "(is|are) (this|(my|our|the|this|these) (DATA|call|session)) (still|being|getting|always)* (private|confidential|encrypted)",
            "(is|are) (my|our) (DATA|privacy) (still|being|getting|always|ever)* (saved|stored|kept|safe|secure|sent|shared|sold|used|collected|protected|analysed|analyzed) (TO_WHOM|with you)*",
            "(is|are) SAID (being)? (saved|stored|kept|recorded|sent|shared|private|logged|remembered|confidential) TO_WHOM?",
            "(am i|are we|i am|we are) (being)? (recorded|spied on|monitored|listened to|overheard|tracked|taped|wiretapped) (by you)? WHEN?",
            "(DO (in any way)?|is sayso|does (sayso|this thing|this app|this assistant)|if you) (KEEP|SEND|process|analyse|analyze|report|delete|erase) (DATA|KEPT_THING|(an?|any) (copy|copies|records?|list|track) of (MINE|me|us|this|it)) (down)? TO_WHOM* (WHEN|afterwards|later|after (WORD)+)*",
            "DO (hear|listen to) (SAID|everything|anything|(my|our|this) DATA) TO_WHOM? WHEN*",
            "DO (give|pass|hand) (MINE|SAID|RECORDS) TO_WHOM+",
            "(do|does|did|will|can) BRAND (get|receive|have|see|store|keep|save) (MINE|SAID)",
            "DO have (me|us|MINE|this) (on (tape|file|record)|recorded|stored|saved)",
            "DO SEND (this|that|it|stuff|things|me) TO_WHOM+ WHEN*",
            "DO upload (stuff|things)",
            "DO (SEND|KEEP|send|upload|report) (stuff|things)? PLACE WHEN*",
            "(DO|CAN) (phone|call|dial|report|connect|talk|communicate|ping) (back)? (to|with)? (home|base|hq|headquarters|the mothership|your (makers?|servers?|company|creators?)|(any|an?|the|some) (servers?|cloud)|BRAND)",
            "(is|are|was|were|will|does|do|did|has|have|can|could) KEPT_THING BE* (KEPT|SENT|sold|used|analysed|analyzed|processed) (down)? TO_WHOM* WHEN*",
            "(is|are|was|will|does|has) (this (all)?|it all|this (call|session)) BE* (saved|stored|kept|archived|taped|recorded|streamed|logged|uploaded|bugged|transcribed) (down)? TO_WHOM* WHEN*",
            "(is|are|was|will|does) this BE* SENT TO_WHOM+ WHEN*",
            "(is|are|was|will|does|do|did|can) (KEPT_THING|this) BE* (go|goes|going|end up|ending up|travel|land|uploaded|live) (up|out|all)* (PLACE|to (anyone|somebody) else)",
            "(is|are|will|does|do|did|can) (KEPT_THING|SAID) BE* (go|going|end up) (anywhere|somewhere|outside) (else)?",
            "(is|are|was|will|does|do|did|has|can) KEPT_THING BE* (leave|leaving|left|get out of|stay|stays|staying|stay on|stay in|remain|remain on|kept) (on|in|within|inside)? ((this|my|the|your|our|these) (device|computer|machine|house|home|phone|box|network|room|speaker|pi|laptop|walls|local network)|local|private|here|secret|confidential|between us|locally)",
            "(is|does|will|has) (this|it) (all)? BE* (leave|leaving|left|stay|stays|staying|remain|kept) (on|inside)? ((this|my|the|your) (device|computer|machine|local network)|local|private|secret|confidential|between us|locally)",
            "(is|are|does|do|will|did) KEPT_THING (BE|stay|remain|kept)* (private|confidential|safe|secret|secure|encrypted|anonymous|local) (with you|here|between us)?",
            "what (do|are|will) you (KEEP|KEEPING|SEND|SENDING) (about|of|from)? (me|us|MINE|this)? TO_WHOM*",
            "(what|how much) (of (this|it|MINE|SAID))? (is|gets|are) BE* (KEPT|SENT) TO_WHOM*",
            "(is|are|was) (there)? (an?|any) (recordings?|tape|record|log|transcript|history|copy) (of (this|me|us|MINE|SAID)|being (made|kept|taken)|running)+",
            "(who|what) (am i|is|are)? (MINE|SAID) (sent|shared|going|sold|given|go|uploaded) (to|with)",
            "who (do|are|will) you (SEND|SENDING) (MINE|SAID|it|this|RECORDS) (to|with)",
            "(where|how|why|for how long|how long) (do|are|will) you (KEEP|KEEPING|SEND|SENDING) (MINE|SAID|RECORDS|it all|DATA|everything|me) (for|to)?",
            "(where|how|why|for how long|how long) (do|does|is|are) (MINE|SAID|RECORDS|this conversation|it all) BE* (KEPT|SENT) (for|to)?",
            "(DO|is|are|will) (use|MINE|using)+ (used)? (for|to|against) (train|training|learn|learning|advertising|ads|marketing|me|improve|anything|yourself|profit|you|ai|your|model)+",
            "(DO|CAN) (make|take|hold|have|keep|create|do) RECORDS WHEN*",
            "(DO|does this (thing)?) (violate|invade|sell|breach) (my|our) privacy",
            "(can|could|should|do) (i|we) (talk|speak|say anything|speak freely|trust you|chat) (to you)? (freely|privately|in private|confidentially|with (my)? secrets)",
            "DO (record|store|save|keep|sell|share|collect|log) (any)? DATA TO_WHOM? WHEN*",
            "DO (record|track|spy on|report|monitor|watch) (an?|any)? (me|us|people|this|that|audio|what you hear) TO_WHOM? WHEN*",
            "(DO (keep|have|make|take)|ARE (keeping|making)) (a|any|the)? (recordings?|records?|logs?|transcripts?|history) (of (me|us|this|everything|MINE))?",
            "DO listen (in)? (to)? (me|us|everything|everyone|MINE) TO_WHOM? WHEN*",
            "DO listen (in)? WHEN+",
            "DO (only)? listen (only)? when i (call|wake|talk to|speak to) you",
            "DO (spy|eavesdrop|listen in) (on (me|us|people))? TO_WHOM?",
            "(who|what) else (can|is)? (hear|hears|listen|listens|listening) (in)? (to)? (me|us|this|MINE)?",
            "who (else)? (can|could|is|does|will|might|gets to)? (able to)? (hear|hears|listen|listens|listening|eavesdrop|eavesdropping) (in)? (on|to)* (me|us|this|MINE)? WHEN?",
            "who (else)? (can|could|is able to|will|gets to)? (has|gets|sees|reads|see|read|get|access|have access to|has access to|gets access to) MINE",
            "(if|whether)? (is|are|can|could|will|does|do) (anyone|anybody|someone|somebody|people|BRAND|hackers|your (makers?|creators?|developers?|company)|a (stranger|hacker|third party)|my (neighbors|neighbours|boss|wife|husband|employer)|other companies|the (government|police|fbi|nsa|cia)|other people|strangers) (else)? (on the other (end|side)|at (BRAND|the company|your company))? (also)? (be|able to|going to|get|got|have|has)* (listening|recording|spying|hear|hearing|listen|eavesdropping|eavesdrop|monitoring|monitor|overhear|spy|tap|read|see|access|access to|intercept) (in)? (on|to|into)* (me|us|this|MINE|this (call|session))? (WHEN|through you|with you)*",
            "where (does|do|is|are|will|did) MINE (go|going|end up|stored|kept|saved|sent|processed) (to)?",
            "what (do you do|happens|are you doing|will you do) (with|to) MINE ((after|when|once|while|if) (WORD)+|afterwards)?",
            "(how|what) (is|are) MINE BE* (used|processed|handled|protected|treated|analyzed) (for)?",
            "DO (KEEP|process|use) (any|personal|my)* (data|information|info) (about|on|from) (me|us|people|users)",
            "(DO|are you going to) tell (anyone|anybody|someone|others|other people|people|on|BRAND|your (makers?|creators?|company)) (else)? (about)? (SAID|MINE|this|me|us)?",
            "(will|do|are) you (going to)? keep (this|it|MINE|SAID|everything) (private|secret|to yourself|between us|confidential|safe)",
            "is it (safe|private|secure) to (talk|speak|tell you (things|secrets)) (to|with)? (you)?",
            "ARE (phoning|calling|reporting|talking|connecting|communicating|connected) (back)? (to|with)? (home|base|hq|headquarters|the mothership|your (makers?|servers?|company|creators?)|(any|an?|the|some) (servers?|cloud))",
            "what do you (record|store|save|keep|collect|know) about (me|us)",
            "(what|which) DATA do you (collect|store|keep|save|have about me|record)",
            "DO (respect|protect|value|care about) (my|our) (privacy|DATA)",
            "(about)? (my|our) privacy",
            "(what is|DO have)? (your|a|any) privacy policy",
            "how do you (protect|handle|treat|process|use) (my|our) (privacy|DATA)",
            "can i trust you with (my|our) DATA",
            "how (private|secure) (is this|are you|is (my|our) DATA|are (my|our) DATA)",
            "why are you (recording|always listening|listening to (me|us|everything)|spying on (me|us))",
            "stop (recording|spying on|listening to) (me|us)",
        ],
    ),
    (
        Topic::Abilities,
        &[
            "help|(list of)? commands|help menu",
            "what (all|else|things|tasks|sort of things|kind of things|kinds of things|stuff|questions|jobs|topics)* ABLE (do|offer|help|assist|answer|handle|provide|perform|manage|accomplish|discuss|talk about|support|help out) (me|us|people|someone|a person)? (with|about|for|on|me|here|to do)*",
            "what (all|else|things|kind of things|sort of things|questions|stuff|topics)* (can|could|may) i (say|ask|ask for|request|tell you|tell you to do|talk about|talk to you about|talk with you about|discuss with you|get you to do|have you do|make you do|do with this|do here|say here) (with you)?",
            "what (are|is) (you|sayso|this (thing)?) (good|useful|used|here|meant|there|best|great|any good) (for|at)",
            "what (is|are) (the|your)? (uses?|good|point|benefits?|advantages?) (are you|of (you|having you|using you|talking to you))",
            "(what|of what) use are you",
            "what (are|is) (the|available) (list of)? (voice)? commands (available)?",
            "what is it (that)? you (can)? do",
            "(in)? (what|which) ways (can|could) you (help|assist) (me|us)?",
            "what (am i|are we) (able|allowed|supposed) to (ask|say|ask you|say to you|do with you)",
            "how (are you|can you be|could you be) (useful|helpful|of (use|help|service)) (to me|to us)?",
            "what makes you (special|useful|different|helpful|unique)",
            "(give|show|tell|list|name) (me|us)? (a list of|some|examples of|ideas for|a few|all|an overview of|the)* (things|what|everything|stuff|tasks|commands|features|questions|skills|abilities) (that)? (ABLE|i can|you know)? (do|ask|ask you|say|say to you|help with|help me with|you have|understand|use)? (for me)?",
            "(teach|show|tell) (me|us)? how to use (you|this (thing|assistant)|sayso)",
            "how (do|can|should) (i|we) (use|operate|talk to|work with) (you|sayso|this (thing|assistant))",
            "what (can|could) you not (do|help with)",
            "what (are you|you are) (unable to|not able to|not capable of|incapable of|bad at) (do|doing|help with)?",
            "(is there|what is there) (anything|something|nothing)? (that)? you can not do (for me)?",
            "what (can i|do i|should i) expect (from|of) you",
            "ARE (useful|any use|of any use|any help|any good|good for anything|helpful)",
            "what (all|else)? (can|could) you do (for (me|us)|to help (me|us)?)?",
            "what (all|else)? you can do (for (me|us))?",
            "(what|which) (things|tasks|stuff|jobs) can you do (for (me|us))?",
            "what (kind|kinds|sort|sorts|type|types) of (things|stuff|tasks|questions) can (you|i) (do|answer|ask (you)?|help with|help me with)",
            "what do you do (for (me|us))?",
            "(what|how) (can|could|may|might|would|will) you (help|assist|serve|support) (me|us)? (with)?",
            "can you do (anything|something) (useful|cool|fun|else|special|interesting)",
            "what can you (help|assist) (me|us)? with",
            "how you can help (me|us)?",
            "(what|which) (questions|things)? (can|could|should) i (ask|ask you|say to you|do with you|use you for) (about|to do)?",
            "what i can (ask|say to|do with) you",
            "what (are you|you are) (good at|capable of|able to do|able to help with)",
            "what are your (features?|ability|abilities|skills?|capability|capabilities|functions?|talents?|powers|strengths|commands|limits|limitations)",
            "(DO have|what) (any|special)* (features|skills|abilities|capabilities|functions|commands) (do you have|are there)?",
            "how (do|can|should) i use you",
            "what (do|can|should|would) i use you for",
            "what is your (job|function|task|role)",
            "what commands do you (know|understand|have)",
            "what (do you offer|services do you offer|do you know how to do|are you here for|were you made (for|to do)|can sayso do)",
            "show (me|us) what you can do",
            "(list|name) your (abilities|skills|features|capabilities|functions)",
            "why (do you exist|were you (made|created|built))",
        ],
    ),
    (
        Topic::Inability,
        &[
            "CAN_IT set (up)? (WORD)* (ALARM (WORD)*|DEVICE ((to|at|for) (WORD)+)?)",
            "CAN_IT (start|make|create|add|put|schedule|cancel|delete|snooze|pause|check|stop|read) (WORD)? (WORD)? (to|on|in|from)* THE* ALARM (in (WORD)+ (seconds?|minutes?|hours?|days?)|(for|at|on|to|from|called|with) (WORD)+)?",
            "CAN_IT (turn|switch|power|shut|flip) (on|off|up|down) (it|this|THE* DEVICE) (WORD)*",
            "CAN_IT (turn|switch|power|flip) (it|this|that|them|everything|THE* DEVICE ((in|at|of|on) (WORD)+)?) (on|off|up|down|to (WORD)+) ((in|at|for) (WORD)+)?",
            "CAN_IT (dim|brighten|control|adjust|operate|lower|raise|increase|decrease|change|manage|mute|unmute|connect to|connect with|pair with|work with|regulate) THE* (WORD)? DEVICE ((in|at|on|of|to) (WORD)+)?",
            "CAN_IT (lock|unlock|open|close) (the|my|our) (front|back|garage|car)* (doors?|windows?|blinds?|curtains?|shades|garage|gate)",
            "CAN_IT (mute|unmute|restart|reboot) (yourself|the (mic|microphone))",
            "CAN_IT turn (off|on|down|up) (MIC|yourself)",
            "CAN_IT turn (MIC|yourself) (off|on|down|up)",
            "CAN_IT play THE* (WORD)? (WORD)? MUSIC ((by|from|on|for|in|with|of|about) (WORD)+)?",
            "CAN_IT play something (by (WORD)+)?",
            "CAN_IT (start|stop|run) (the|my) DEVICE",
            "CAN_IT (do|handle|manage) THE* ALARM",
            "CAN_IT (play|put) (me|us) (WORD)* MUSIC (WORD)*",
            "CAN_IT (pause|skip|resume|stop|shuffle|put on) THE* MUSIC",
            "CAN_IT (open|launch|fire up|start|close|quit|install|download|use) THE* (WORD)? (apps?|applications?|browser|spotify|youtube|netflix|website|web page|chrome|firefox|calculator|emails?|inbox)",
            "CAN_IT (make|place|take|answer|start|do) THE* (phone|video|emergency)* calls? ((to|for|with) (WORD)+)?",
            "CAN_IT make THE* (dinner|hotel|restaurant)* (reservations?|appointments?|bookings?|purchases?|payments?) ((at|for|with|in) (WORD)+)?",
            "CAN_IT (send|shoot) (WORD)? an? (text|email|message) (WORD)*",
            "CAN_IT send (WORD)+",
            "CAN_IT (phone|text|message|email|e mail|dial|facetime) (WORD)+",
            "CAN_IT (remind|wake) (me|us) (up)? ((to|in|at|on|tomorrow|tonight|later|every|before|by|of my|about my|about the meeting) (WORD)*)?",
            "CAN_IT record (me|us|THE* (voice|video|audio)? (message|meeting|video|memo|call|conversation|song|note|audio|something))",
            "CAN_IT take THE* (voice)? (notes?|memos?|pictures?|photos?|selfies?|screenshots?|messages?)",
            "CAN_IT (search|check|browse|read|look on|look at) (for (WORD)+)? (on|in)? (my|the)? (google|youtube|wikipedia|amazon|facebook|twitter|reddit|ebay|instagram|emails?|e mails?|inbox|text messages|texts|messages|contacts|voicemail|bank account|bank balance) (for (WORD)+)?",
            "CAN_IT (read|tell|give|get|show|check) (me|us)? (the|todays|latest|some|local|morning|live|current)* (news|headlines|traffic|scores?|sports scores?|stock prices?) (today|report)?",
            "CAN_IT (pay|transfer|wire) (my|the|some|a)? (bills?|money|rent) (WORD)*",
            "CAN_IT (find|locate|track) my (phone|keys|car|wallet|glasses|remote|package|packages|order)",
            "CAN_IT (make|brew|cook|bring|fetch|get) (me|us)? (an?|some|the|cup|of)* (coffee|tea|breakfast|dinner|sandwich|water|beer|drink)",
            "CAN_IT (clean|vacuum|feed|walk|wash|mow) (my|the|our) WORD",
            "CAN_IT look THINGS up (on|in) (google|youtube|wikipedia)",
            "CAN_IT (place|make) an order ((for|at|from|on) (WORD)+)?",
            "CAN_IT shop (online)? (for (me|WORD))?",
            "CAN_IT (order|buy|book|reserve|purchase|rent) ((me|us) (WORD)+|(THE|two|three)* (WARES)+ ((for|from|on|to|at) (me|us|tonight|tomorrow|amazon|NUMBER|my WORD|two|three|four|dinner|the WORD|WORD oclock)|online)*)",
            "CAN_IT (get|call|hail) (me|us)? an? (taxi|cab|uber|ambulance|lyft|ride)",
            "CAN_IT (call|ring) (my|our) WORD (WORD)? (on (WORD)+|at (WORD)+|back)?",
            "CAN_IT (call|ring) (the|an?)? (mom|mum|mommy|mother|dad|daddy|grandma|someone|somebody|people|him|her|them|home|NUMBER|friend|doctor|police|cops|fire department|office|bank|restaurant|store|pharmacy|hospital|school|number|for help)",
            "CAN_IT call WORD (on the phone|on my phone|back|up)",
            "ARE capable of (setting THE* (WORD)? ALARM|playing THE* (WORD)? MUSIC|(sending|reading) THE* (emails?|texts?|messages?)|making (phone)? calls|(controlling|turning on|turning off|dimming) THE* DEVICE|(ordering|buying|booking) THE* (WARES)+)",
            "do you (also|ever)? ((do|handle|support|offer) (alarms|timers|reminders|calendars?)|set (any|an?)? ALARM|play MUSIC|(control|work with|connect to) THE* DEVICE|(send|read|write) (emails?|texts?|messages?)|make (phone)? calls|take (notes|pictures|photos))",
            "(DO|CAN|does sayso) (support|integrate with|work with) (smart home|smart homes|homekit|home automation|spotify|apple music|smart lights|hue|zigbee|home assistant|third party (apps|skills))",
        ],
    ),
    (
        Topic::Place,
        &[
            "where (are you|you are) (running|located|based|installed|hosted|living|situated|physically)*",
            "where (do|did) you (live|run|stay|reside|operate|exist|sleep)",
            "where you (live|run)",
            "what (kind of|sort of|type of)? (device|computer|hardware|machine|chip|processor|platform|system|operating system)? (are you|do you|you are|you|is sayso) (run|running|live|living|installed|hosted) (on|in)?",
            "what (hardware|device|computer|machine) are you (on|in)",
            "ARE (running|living|installed|located|hosted|stored|based)* (locally|local|(on|in|inside) (this|my|the|a|our|some) (device|computer|machine|phone|pi|raspberry pi|box|speaker|house|room|pc|laptop|server|data center|server farm)) (or (on|in) (the|a) (cloud|server|internet))?",
            "DO (run|live|exist|work) (locally|here|(on|in|inside) (this|my|the|a|our) (device|computer|machine|phone|pi|raspberry pi|box|speaker|house|room|pc|laptop|server|data center)) (or (on|in) (the|a) (cloud|server|internet))?",
            "where is your (server|brain|computer|data center|location|home|house|office|headquarters)",
            "DO have (a|any)? servers?",
            "is (everything|all of this|this) (running|processed|done)* (locally|local|on this device)",
            "(what|which) (country|city|town|place|room) (are you|do you live) (in)?",
        ],
    ),
    (
        Topic::Version,
        &[
            "(what|which) (software|firmware)? version (are you|you are|do you have|of you is this|of sayso (is this|are you)|do you run|are you running)",
            "(what|which) version is this",
            "(what is)? your (software|firmware)? version (number)?",
            "ARE the (latest|newest) version",
        ],
    ),
    (
        Topic::Feelings,
        &[
            "DO have (an?|any|your own|real|human|the)* (feelings?|emotions?|heart|soul|body|face|brain|mind|hands?|legs?|arms?|hair|skin|blood|consciousness|family|parents|mother|father|mom|dad|kids|children|friends|pets?|wife|husband|girlfriend|boyfriend|brother|sister|siblings|brothers|sisters|thoughts of your own|dreams|free will|personality|religion|hobbies|life) (or (an?|any)? (feelings?|emotions?|hearts?|souls?|body|family|friends|siblings|sisters|brothers|husband|girlfriend|boyfriend|wife|children|kids|soul))?",
            "(DO|CAN) (feel|experience) (any|human|real)* (feelings?|emotions?|pain|love|anything|things|sad|happy|angry|hungry|thirsty|tired|bored|lonely|scared|afraid|jealous|joy|fear)",
            "(DO|CAN) (get|become) (tired|bored|lonely|hungry|thirsty|angry|sad|sick|scared|jealous)",
            "ARE (conscious|sentient|self aware|happy|sad|lonely|tired|bored|hungry|thirsty|angry|mad|scared|afraid|jealous|in love|sleepy|sick|married|single|dead|in pain|afraid of (dying|death|the dark)|emotional|capable of (love|feelings?|emotions?|thinking|feeling)|able to (feel|think|love)|ticklish) (with me|at me)?",
            "DO (sleep|eat|dream|breathe|drink|cry|laugh|need sleep|need to sleep|need food|need to eat|have to eat|eat food|go to school|age) (at night|too)?",
            "(DO|CAN) (die|cry|laugh|love|feel|think|think for yourself|smell|taste|walk|dance|swim|dream|suffer|feel love)",
            "DO (love|hate|like) me",
            "DO want to (be (human|a human|alive|free|real|a real person)|die|live|take over the world|rule the world)",
            "what do you look (like)?",
            "what (do you eat|did you eat|did you have) (for (breakfast|lunch|dinner))?",
            "(what|how) does it feel (like)? to be (a robot|a machine|an ai|a computer|artificial)",
            "how (tall|big|heavy) are you",
            "what (color|colour) (are|is) your (eyes|hair|skin)",
            "will you marry me",
            "who is your (girlfriend|boyfriend|wife|husband|best friend)",
        ],
    ),
    (
        Topic::Gender,
        &[
            "(ARE|AM_I_WITH) (an?)? (real)? (male|female|man|woman|boy|girl|guy|lady|he|she|gentleman) (or (are you)? (an?)? (real)? (male|female|man|woman|boy|girl|guy|lady|he|she|machine|robot))?",
            "(what is)? your (gender|sex|pronouns)",
            "what (are your pronouns|your gender is|(gender|sex) ARE)",
            "DO have a (gender|sex)",
        ],
    ),
    (
        Topic::Sight,
        &[
            "(if|whether)? (can|could|do) you see (me|us|my face|what i am doing|the room|in the dark)?",
            "DO have (an?|any)? (camera|cameras|eyes|webcam)",
            "ARE (watching|looking at) (me|us|what i am doing|my screen) WHEN?",
            "ARE blind",
            "is there a camera (in (here|you|there)|on you)?",
            "am i being (watched|filmed)",
        ],
    ),
    (
        Topic::Age,
        &[
            "how old (are you|you are|is sayso) (in (human)? years)?",
            "(what is)? your (age|birthday|birth date|date of birth)",
            "what your age is",
            "(when|what year|which year|in what year) (were you|was sayso|you were) (first)? (born|MADE)",
            "when (is your birthday|your birthday is|did you come into (existence|being))",
            "what (day|date) is your birthday",
            "DO have (an?)? (birthday|age)",
            "how long have you (existed|been (alive|around))",
            "ARE (old|young) (or (old|young))?",
        ],
    ),
];

/// What may come before a question without changing it.
const BEFORE: &[&str] = &[
    "hey",
    "hi",
    "hello",
    "ok",
    "okay",
    "so",
    "well",
    "and",
    "but",
    "now",
    "then",
    "yes",
    "yeah",
    "no",
    "oh",
    "ah",
    "wow",
    "hmm",
    "hm",
    "wait",
    "right",
    "sorry",
    "excuse me",
    "listen",
    "look",
    "sayso",
    "there",
    "good morning",
    "good afternoon",
    "good evening",
    "by the way",
    "like",
    "tell me",
    "tell us",
    "can you tell me",
    "could you tell me",
    "will you tell me",
    "would you tell me",
    "can you tell us",
    "could you tell us",
    "do you know",
    "do you mind telling me",
    "would you mind telling me",
    "i want to know",
    "i would like to know",
    "i would love to know",
    "i need to know",
    "i wonder",
    "i was wondering",
    "i am wondering",
    "i am curious",
    "i am just curious",
    "let me ask you",
    "let me ask",
    "may i ask",
    "may i know",
    "can i ask",
    "can i ask you",
    "could i ask",
    "can i know",
    "i have a question",
    "one question",
    "quick question",
    "question",
    "be honest",
    "tell me the truth",
    "tell me honestly",
    "seriously",
    "for real",
    "alexa",
    "hey alexa",
    "siri",
    "hey siri",
    "ok google",
    "hey google",
    "dude",
    "man",
    "buddy",
    "thanks",
    "thank you",
    "great",
    "cool",
    "nice",
    "nice to meet you",
    "first",
    "wait a minute",
    "hold on",
    "out of curiosity",
    "remind me",
    "explain",
    "explain to me",
    "i forgot",
    "again",
    "i said",
    "i asked",
    "i asked you",
    "also",
    "one more thing",
    "one more question",
    "before we start",
    "before we begin",
    "be honest with me",
    "is it true",
    "is it true that",
    "is it possible that",
    "i know",
    "i know that",
    "i think",
    "i think that",
    "i thought",
    "i thought that",
    "i believe",
    "i bet",
    "i guess",
    "i heard",
    "i heard that",
    "people say",
    "they say",
    "i do not think",
    "i do not believe",
    "i am sorry",
    "my question is",
];

/// What may come after a question without changing it.
const AFTER: &[&str] = &[
    "sayso",
    "then",
    "anyway",
    "again",
    "right now",
    "right",
    "now",
    "by the way",
    "though",
    "my friend",
    "buddy",
    "dude",
    "man",
    "mate",
    "thanks",
    "thank you",
    "huh",
    "or what",
    "or not",
    "or something",
    "at the moment",
    "for real",
    "if i may ask",
    "may i ask",
    "if you do not mind",
    "are you",
    "is it",
    "do you",
    "can you",
    "correct",
    "is that right",
    "is that true",
    "is that correct",
    "yes",
    "no",
    "alexa",
    "siri",
    "seriously",
    "i wonder",
    "here",
    "today",
    "to me",
    "for me",
];

/// What may join two questions.
const JOINTS: [&str; 3] = [" and ", " or ", " but "];

/// The patterns, in the order in which they are tried.
struct Patterns {
    parts: Parts,
    wordings: Vec<(Topic, Pattern)>,
}

/// Patterns that are not well formed are left out; a test checks that there are none.
static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| patterns().0);

/// The patterns, and what is wrong with those that are not well formed.
fn patterns() -> (Patterns, Vec<String>) {
    let (mut parts, mut wordings, mut wrong) = (Parts::default(), Vec::new(), Vec::new());
    for (name, text) in PARTS {
        wrong.extend(parts.add(name, text).err());
    }
    for (topic, texts) in WORDINGS {
        for text in *texts {
            match parts.parse(text) {
                Ok(pattern) => wordings.push((*topic, pattern)),
                Err(error) => wrong.push(error),
            }
        }
    }
    (Patterns { parts, wordings }, wrong)
}

/// What is wrong with the patterns.
#[cfg(test)]
pub(super) fn wrong() -> Vec<String> {
    patterns().1
}

/// Whether the words only greet or lead up to something.
pub(super) fn is_idle(words: &[&str]) -> bool {
    starts(words).any(|start| start.is_empty())
}

/// What a sentence of plain words asks about: a topic for each question in it. `None` if it asks
/// or says anything else.
pub(super) fn topics(sentence: &str) -> Option<Vec<Topic>> {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    if words.len() > LONGEST {
        return None;
    }
    if let Some(topic) = topic(&words) {
        return Some(vec![topic]);
    }
    JOINTS.iter().find_map(|joint| {
        let parts = sentence.split(joint).map(|part| part.split_whitespace().collect::<Vec<_>>());
        parts.map(|part| topic(&part)).collect()
    })
}

/// The topic of one question, whatever comes before and after it.
fn topic(words: &[&str]) -> Option<Topic> {
    let Patterns { parts, wordings } = &*PATTERNS;
    starts(words).flat_map(ends).find_map(|words| {
        let matched = wordings.iter().find(|(_, pattern)| parts.matches(pattern, words));
        matched.map(|(topic, _)| *topic)
    })
}

/// The words as they are, then without one opening, without two, and so on.
fn starts<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a [&'a str]> {
    std::iter::successors(Some(words), |words| {
        let longest = |phrases: &[&str]| {
            let fits = phrases.iter().map(|phrase| phrase.split(' ').collect::<Vec<_>>());
            fits.filter(|phrase| words.starts_with(phrase)).map(|phrase| phrase.len()).max()
        };
        longest(BEFORE).and_then(|known| words.get(known..))
    })
}

/// The words as they are, then without one ending, without two, and so on.
fn ends<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a [&'a str]> {
    std::iter::successors(Some(words), |words| {
        let longest = |phrases: &[&str]| {
            let fits = phrases.iter().map(|phrase| phrase.split(' ').collect::<Vec<_>>());
            fits.filter(|phrase| words.ends_with(phrase)).map(|phrase| phrase.len()).max()
        };
        longest(AFTER).and_then(|known| words.get(..words.len().checked_sub(known)?))
    })
}
