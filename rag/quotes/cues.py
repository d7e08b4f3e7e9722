"""The words that say that somebody says, asks, shows or believes something.

As lemmas, by what they govern. Written down from reading newspapers; nothing is counted from an
annotated corpus.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# They report speech, whatever follows: a clause, or words in quotation marks.
SPEECH = _words(
    "say tell add note write report announce argue claim state declare explain reply answer "
    "respond insist assert contend maintain acknowledge admit concede confess confirm deny "
    "allege warn vow promise pledge predict recall remark comment observe mention stress "
    "emphasize emphasise underscore reiterate repeat tweet retweet post joke quip tease "
    "complain lament fume rail boast brag gush muse opine speculate counter retort shoot snap "
    "fire interject continue conclude begin finish disclose reveal relate recount testify "
    "swear attest affirm proclaim profess suggest propose recommend advise urge request "
    "demand ask inquire wonder question query plead beg appeal call describe characterize "
    "characterise dub label brand cite quote read shout yell scream cry exclaim whisper "
    "mutter murmur mumble growl bark thunder roar chant sing laugh sigh sniff scoff charge "
    "accuse blame blast slam denounce condemn decry criticize criticise attack mock ridicule "
    "deride dismiss reject refute rebut dispute praise hail applaud laud thank congratulate "
    "greet assure reassure remind inform notify brief caution threaten advocate proffer "
    "postulate intone implore instruct order command direct signal hint imply indicate "
    "stipulate specify clarify elaborate summarize summarise posit theorize theorise reason "
    "rule hold estimate calculate forecast project document detail outline tout pronounce "
    "echo chime object protest agree disagree concur vent rant ramble text email e-mail blog "
    "message telegraph sum volunteer offer marvel gripe grumble jibe chide scold rebuke "
    "lecture preach sneer crow enthuse bemoan rave reassert reaffirm restate fret worry "
    "paraphrase phrase word utter voice spell confide "
    "texte"  # as the parser reads "texted"
)

# They report what somebody holds to be so, or what a poll or paper shows; a clause must follow.
# Left out are states and acts that nobody needs to have told: know, see, need, decide, want.
THOUGHT = _words(
    "believe think hope fear feel suspect doubt expect anticipate assume presume suppose "
    "imagine reckon discover find learn show demonstrate prove conclude determine worry "
    "regret trust deem surmise envision foresee highlight illustrate figure point make read "
    "hear understand recognize recognise realize realise consider"
)
# These only with the words that make them speech: "pointed out that", "made clear that".
WITH_PARTICLE = {"point": "out", "make": "clear"}

# What follows "to": an act that somebody announces, asks for, or refuses.
INTENT = _words(
    "promise pledge vow threaten offer agree refuse decline ask urge call tell order advise "
    "warn beg hope expect claim request demand propose swear instruct direct command implore "
    "challenge"
)

# Who is asked to say something need not say it, and who refuses or denies it does not; nor who is
# only wanted to.
DENYING = _words("refuse decline fail neglect deny avoid forget omit")
ASKING = DENYING | _words(
    "urge ask call tell order advise warn beg press push encourage instruct direct command implore "
    "challenge request"
)
# Who is "wrongly quoted as saying" it did not.
FALSELY = _words("wrongly falsely incorrectly mistakenly erroneously")
# In the passive, who hears it.
TOLD = (ASKING - DENYING) | _words("assure inform question remind")
WANTING = _words("want need expect like")

# Somebody calls something something.
NAMING = _words(
    "call describe characterize characterise dub label brand portray cast deem consider"
)

# "his claim that …", "a promise to …"
NOUNS = _words(
    "claim statement assertion allegation accusation argument suggestion warning belief view "
    "opinion promise pledge vow threat prediction admission announcement declaration "
    "contention insistence charge complaint confession conclusion denial reminder hope fear "
    "concern notion idea thought feeling sense suspicion impression conviction doubt "
    "expectation assurance report rumor rumour remark comment demand request call proposal "
    "proposition recommendation criticism sentiment finding testimony estimate acknowledgment "
    "acknowledgement boast refusal offer plea chant cry shout"
)
# Those that are somebody else's where nobody is named: "she rejected claims that …".
CLAIMS = _words(
    "claim statement assertion allegation accusation suggestion report rumor rumour charge "
    "complaint criticism suspicion chant cry shout"
)

# What somebody says or writes speaks for them: "Reid's letter said".
UTTERED = NOUNS | _words(
    "letter tweet post book memoir speech article column essay interview email message account "
    "lawsuit filing affidavit advertisement advert"
)

# Verbs whose subject makes the claim, promise or statement that is their object.
OWNING = _words(
    "make issue release give express voice repeat reiterate have hold offer say write share "
    "publish send deliver add announce state tell raise file submit"
)

# They stand where a verb would: "according to the mayor", "per Reuters".
ACCORDING = _words("according per")

# Words before quotation marks that say that they hold a word, a name or a title.
MENTION = _words(
    "term word phrase so-called hashtag slogan movie film show book song album series novel "
    "episode magazine program programme podcast documentary memoir play musical sitcom drama "
    "book poem essay"
)
NAMED = _words(
    "titled entitled named nicknamed called known dubbed labeled labelled termed headlined"
)

# In a question: they ask for somebody's words. Verbs whose speaker stands before them, or after
# "by"; nouns whose speaker stands before them, or after "of"; and what stands right before its
# speaker. Left out are words that mostly mean something else there: begin, call, fire, hold.
ASKED_VERBS = _words(
    "say said tell told add claim state declare explain reply answer respond insist assert argue "
    "deny admit acknowledge concede warn vow promise pledge predict comment mention announce think "
    "thought believe hope fear describe criticize criticise condemn denounce praise accuse "
    "reveal confirm suggest stress emphasize emphasise assure remark quote complain regret "
    "tweet write wrote written"
)
ASKED_NOUNS = _words(
    "view opinion statement words claim comment remark assessment stance position warning "
    "reaction response promise answer reply explanation prediction argument criticism denial"
)
# What is done to those who say how they feel: "was encouraged by “a strong start”".
FELT = _words(
    "delight please thrill impress encourage inspire overwhelm surprise shock stun strike move "
    "touch sadden appal appall disgust horrify outrage anger annoy irritate frustrate disappoint "
    "worry concern trouble disturb alarm scare bore baffle puzzle confuse amaze astonish amuse "
    "hearten dishearten devastate humble honor honour fascinate excite"
)
# Before a colon, whoever does this speaks; "warned:", "agreed:" may lead to the words of others.
PLAIN = _words(
    "say tell ask answer reply respond add write text texte tweet read shout yell scream cry chant "
    "whisper mutter"
)
# Whose what is written is, and whose a claim is: "signed a letter saying", "spread claims that".
WRITING = _words("sign pen draft record launch circulate leave put")
SPREADING = _words("level lodge renew peddle spread promote push")
