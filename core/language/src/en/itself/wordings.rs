//! How people ask about the program itself: patterns over plain words.
//!
//! A pattern has to match all of a question, so that "who made you" is one and
//! "who made your phone" is none.

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
    /// What it can do.
    Abilities,
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
    // Names of assistants, which nothing else is called; and of those who make them.
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
    ("IT", "(you|sayso|this (assistant|voice assistant|program|software|app|robot|bot|ai))"),
    (
        "MAKER",
        "(makers?|creators?|developers?|inventors?|designers?|programmers?|manufacturers?|authors?|owners?|boss|bosses|masters?)",
    ),
    (
        "NET",
        "((the|an?|any|your)? (internet|web|net|cloud|wifi|network|world wide web|online|mobile data) (connection|access|service)?)",
    ),
    (
        "THINGS",
        "(things|stuff|something|anything|it|that|this|information|answers|facts|questions)",
    ),
    (
        "BEING_ADJ",
        "(real|actual|living|live|true|genuine|fake|human|breathing|normal|talking|smart|computer|large|flesh and blood|simple|stupid|mere)",
    ),
    (
        "BEING_NOUN",
        "(human|humans|person|people|being|someone|somebody|thing|creature|robots?|bots?|chatbot|machine|computer|program|software|app|application|ai|ais|artificial intelligence|device|language model|llm|voice assistant|virtual assistant|digital assistant|assistant|speaker|automated system|answering machine|ghost|alien|animal|doctor|nurse|lawyer|teacher|scientist|therapist|operator|actor)",
    ),
    (
        "BEING",
        "(((an?|the|some)? (BEING_ADJ)* BEING_NOUN)|(an?) recording|alive|living|real|fake|artificial|automated)",
    ),
    ("BEINGS", "(BEING ((or|and) (ARE)? BEING)*)"),
    (
        "DATA",
        "((personal|private|voice|user)* (data|voice|words|conversations?|audio|voice recordings|audio recordings|speech|chats?|information|personal info|secrets|questions))",
    ),
    (
        "SAID",
        "((what|everything|anything|the things|things|all|all that|whatever|every word|everything that|stuff) (i|we|people) (have|am|are)? (say|says|said|ask|asked|saying|tell|told|telling|talk about) (to)? (you)? (in here|in this room)?)",
    ),
    ("MINE", "(SAID|(my|our|all my|all our|any of my|all of my|peoples|everyones|the) DATA)"),
    (
        "TO_WHOM",
        "((to|with|for|on|in|onto|by|off to)* ((the|a|your|some|any|other)* (cloud|servers?|internet|company|companies|makers|creators|developers|government|police|fbi|cia|nsa|third parties|third party|advertisers|strangers|hackers)|anyone|anybody|someone|somebody|anyone else|anybody else|someone else|somebody else|other people|others|anywhere|somewhere|online|BRAND))",
    ),
    (
        "WHEN",
        "(all the time|always|constantly|24 7|right now|now|at the moment|all day|at night|forever|in the background|without me knowing|when i am not talking (to you)?|when i do not talk (to you)?|the whole time|secretly|too)",
    ),
];

/// In this order: the first that matches counts.
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
            "(what|who) ARE",
            "(what|who) (kind|sort|type) of (thing|assistant|device|being|ai|bot|robot|machine|program) ARE",
            "what (kind|sort|type) of (thing|assistant|device|being|ai|bot|robot|machine|program) ARE",
            "(which|what) (ai|assistant|voice assistant|bot|robot|chatbot) (are you|you are|is this)",
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
            "who (has|have|had)? MADE IT (up)?",
            "who was it (that|who) MADE IT",
            "(by)? (whom|who) (are you|you are|were you|you were|have you been|was sayso|is sayso) MADE (by)?",
            "(who is|who are|who was|who were|who) (are)? your (MAKER|father|mother|parents|dad|mom|mum|company|parent company)",
            "who your (MAKER|parents|company) (is|are|was)",
            "(what|which) (company|firm|business|corporation|people|team|person|organisation|organization|country|lab|genius) (has|have)? MADE IT",
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
            "(CAN|DO) (work|run|function|operate|live|answer|answer questions|think|talk|be used) (also|completely|fully)? (offline|online|(without|with no|with|on|over|through|in) NET|(when|if) there is no NET)",
            "(CAN|DO) (go|get|search|look|browse|surf|access|use|connect|reach|check) (on|in|to|onto|into|through|up|at)* NET",
            "(CAN|DO) (look|search|find|get|check|read|take) (up|for|out|your|the|all your)* THINGS (up|out)? (on|in|from|over|through|off)* NET",
            "CAN (google|search google) (THINGS)?",
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
            "DO exist",
            "DO think you are BEING",
            "prove (that)? you are (not)? BEING",
            "what are you BEINGS",
        ],
    ),
    (
        Topic::Privacy,
        &[
            "ARE (secretly|always|constantly|ever|only|being)* (recording|listening|spying|eavesdropping|tracking|monitoring|bugged|recorded|storing|saving|logging|taping|transcribing|writing down|collecting|sending|uploading|sharing|selling|keeping) (on|in|to|down)* (MINE|DATA|everything|me|us|this|that|people|this (conversation|call|chat))? TO_WHOM? WHEN*",
            "ARE (a spy|spyware|private|bugged|safe to use|secure|hacked|trustworthy|spying)",
            "(is|are|was) (this|it|that|these|(my|our|the|this|these) (DATA|call|session)) (still|being|getting|always)* (recorded|monitored|transmitted|uploaded|listened to|wiretapped|logged) TO_WHOM? WHEN*",
            "(is|are) (this|(my|our|the|this|these) (DATA|call|session)) (still|being|getting|always)* (private|confidential|encrypted)",
            "(is|are) (my|our) (DATA|privacy) (still|being|getting|always|ever)* (saved|stored|kept|safe|secure|sent|shared|sold|used|collected|protected|analysed|analyzed) (TO_WHOM|with you)*",
            "(is|are) SAID (being)? (saved|stored|kept|recorded|sent|shared|private|logged|remembered|confidential) TO_WHOM?",
            "(am i|are we|i am|we are) (being)? (recorded|spied on|monitored|listened to|overheard|tracked|taped|wiretapped) (by you)? WHEN?",
            "DO (record|store|save|keep|log|sell|share|send|upload|transmit|collect|track|transcribe|write down|give away|pass on|leak|report|process|analyse|analyze|hear|listen to|forget|delete|remember) (an?|any|copies of|a copy of|a record of|a log of|recordings of|records of|logs of|a recording of)* (MINE|everything|everything we say) TO_WHOM? WHEN*",
            "DO (record|store|save|keep|sell|share|collect|log) (any)? DATA TO_WHOM? WHEN*",
            "DO (record|track|spy on|report|monitor|watch) (an?|any)? (me|us|people|this|that|audio|what you hear) TO_WHOM? WHEN*",
            "(DO (keep|have|make|take)|ARE (keeping|making)) (a|any|the)? (recordings?|records?|logs?|transcripts?|history) (of (me|us|this|everything|MINE))?",
            "DO listen (in)? (to)? (me|us|everything|everyone|MINE) TO_WHOM? WHEN*",
            "DO listen (in)? WHEN+",
            "DO (only)? listen (only)? when i (call|wake|talk to|speak to) you",
            "DO (spy|eavesdrop|listen in) (on (me|us|people))? TO_WHOM?",
            "(who|what) else (can|is)? (hear|hears|listen|listens|listening) (in)? (to)? (me|us|this|MINE)?",
            "who (can|could|is)? (hear|hears|listening to|listens to|listening in on|listening|listening in) (me|us|this|MINE)?",
            "who (has|gets|sees|reads|has access to|gets access to) MINE",
            "(if|whether)? (is|are|can|could|will|does|do) (anyone|anybody|someone|somebody|people|BRAND|the (government|police|fbi|nsa|cia)|other people|strangers) (else)? (also)? (listening|recording|spying|hear|listen|eavesdropping|monitoring) (in)? (on|to)* (me|us|this|MINE)? WHEN?",
            "where (does|do|is|are|will|did) MINE (go|going|end up|stored|kept|saved|sent|processed) (to)?",
            "what (do you do|happens|are you doing|will you do) (with|to) MINE",
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
            "what (all|else)? (can|could) you do (for (me|us)|to help (me|us)?)?",
            "what (all|else)? you can do (for (me|us))?",
            "(what|which) (things|tasks|stuff|jobs) can you do (for (me|us))?",
            "what (kind|kinds|sort|sorts|type|types) of (things|stuff|tasks|questions) can (you|i) (do|answer|ask (you)?|help with|help me with)",
            "what do you do (for (me|us))?",
            "(what|how) (can|could) you help (me|us)? (with)?",
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

/// What comes before a question and changes nothing about it.
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

/// What comes after one.
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

/// What stands between two questions.
const JOINTS: [&str; 3] = [" and ", " or ", " but "];

/// The patterns, in the order in which they are tried.
struct Patterns {
    parts: Parts,
    wordings: Vec<(Topic, Pattern)>,
}

/// Those that are not well formed are left out; a test holds that there are none.
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

/// What a sentence of plain words asks about: a topic for each question in it.
/// `None` where it asks or says anything else.
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

/// The words, and without what comes before a question: once, twice, and so on.
fn starts<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a [&'a str]> {
    std::iter::successors(Some(words), |words| {
        let longest = |phrases: &[&str]| {
            let fits = phrases.iter().map(|phrase| phrase.split(' ').collect::<Vec<_>>());
            fits.filter(|phrase| words.starts_with(phrase)).map(|phrase| phrase.len()).max()
        };
        longest(BEFORE).and_then(|known| words.get(known..))
    })
}

/// The words, and without what comes after a question: once, twice, and so on.
fn ends<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a [&'a str]> {
    std::iter::successors(Some(words), |words| {
        let longest = |phrases: &[&str]| {
            let fits = phrases.iter().map(|phrase| phrase.split(' ').collect::<Vec<_>>());
            fits.filter(|phrase| words.ends_with(phrase)).map(|phrase| phrase.len()).max()
        };
        longest(AFTER).and_then(|known| words.get(..words.len().checked_sub(known)?))
    })
}
