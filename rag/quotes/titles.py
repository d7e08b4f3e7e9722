"""Words that stand before names and tell an office or a gender, and given names that tell one."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MALE = _words("mr sir lord king prince baron count duke monsieur herr señor sheikh brother father")
FEMALE = _words(
    "mrs ms miss madam madame dame lady queen princess baroness countess duchess frau señora sister"
)
OFFICES = _words(
    "president vice-president senator congressman congresswoman representative governor mayor "
    "minister premier chancellor secretary chairman chairwoman chair speaker general colonel "
    "major captain lieutenant admiral sergeant judge justice attorney sheriff ambassador "
    "spokesman spokeswoman spokesperson director commissioner professor doctor bishop archbishop "
    "cardinal pope rabbi reverend imam king queen prince princess emperor chief leader candidate "
    "nominee strategist adviser advisor analyst economist lawyer prosecutor businessman "
    "businesswoman billionaire mogul actor actress singer author writer journalist reporter "
    "columnist editor host delegate officer official founder manager coach lawmaker politician "
    "historian scientist researcher activist organizer pollster envoy diplomat deputy counsel "
    "treasurer democrat republican"
)
# "The leader" is whoever was spoken of, if nobody was called so.
LEADERS = _words("leader politician statesman")
# Who is named by whose they are: "Putin's wife", "Trump's lawyer".
BELONGING = _words(
    "wife husband son daughter father mother brother sister aide ally critic friend opponent rival "
    "backer follower supporter spokesman spokeswoman spokesperson lawyer attorney counsel adviser "
    "advisor strategist deputy"
)
RELATED = (BELONGING - OFFICES) | _words(
    "campaign team family parents cabinet administration regime company foundation"
)
# What stands before an office: "former", "Prime Minister".
BEFORE_OFFICES = _words("vice prime former ex then acting deputy first foreign")
TITLES = (
    MALE
    | FEMALE
    | OFFICES
    | BEFORE_OFFICES
    | _words("dr prof sen sens rep reps gov pres gen col maj capt lt sgt adm cmdr hon rev fr st")
)

GIVEN_MALE = _words(
    "aaron abdullah adam ahmed alan albert aleksandr alex alexander alexei ali andre andrew "
    "andrey anthony anton arthur barack ben benjamin bernard bernie bill bob boris brad brandon "
    "brian bruce carl carlos charles charlie chris christopher chuck clint colin craig daniel "
    "dave david dean dennis dick dmitri dmitry don donald doug douglas dwight ed edward emmanuel "
    "eric ernest evan francis frank fred gary george gerald gerhard giorgio glenn gordon greg "
    "gregory harold harry henry herbert howard hugh hugo ian igor ivan jack jacob jake james "
    "jason jean jeb jeff jeffrey jeremy jerry jesse jim jimmy joe joel john johnny jon jonathan "
    "jorge jose joseph josh joshua juan julian justin karl keith ken kenneth kevin kyle larry "
    "lawrence leo leon leonard luis luke marc marco marcus mario mark martin matt matthew max "
    "michael miguel mike mikhail mitch mitt mohamed mohammed muhammad nathan neil newt nicholas "
    "nick nikolai oleg oliver oscar patrick paul pedro peter phil philip rafael ralph randy "
    "raymond reince richard rick robert rodrigo roger ron ronald roy russell ryan samuel scott "
    "sean sergei sergey seth stanley stephen steve steven stuart ted theodore thomas tim timothy "
    "todd tom tony trey vernon victor viktor vincent vladimir volodymyr walter warren wayne "
    "william xavier yevgeny yuri zachary"
)
GIVEN_FEMALE = _words(
    "abigail alice alicia allison amanda amy ana andrea angela anita ann anna anne annie april "
    "ashley barbara beth betsy betty beverly brenda brittany carla carly carol caroline carolyn "
    "catherine cathy charlotte chelsea cheryl christina christine cindy claire claudia "
    "condoleezza courtney cynthia dana deborah debbie denise diana diane dolores donna dorothy "
    "ekaterina elena elizabeth ellen emily emma erin eva evelyn fiona frances gail georgia gina "
    "gloria grace hannah heather heidi helen hillary holly huma ingrid irina irene isabel ivana "
    "ivanka jackie jane janet janice jean jeanne jennifer jenny jessica jill joan joanna jocelyn "
    "judith judy julia julie karen kate katherine kathleen kathryn kathy katie kayleigh kellyanne "
    "kelly kimberly kristen laura lauren leslie linda lisa liz loretta lori louise lucy lynn "
    "madeleine margaret maria marie marina marine mary maya megan melania melissa michelle "
    "mildred monica nadia nancy naomi natalia natalie nicole nikki nina olga olivia oksana pamela "
    "patricia paula peggy phyllis rachel rebecca rhonda rosa rose ruth sally samantha sandra sara "
    "sarah shannon sharon sheila shirley sofia sophie stephanie sue susan svetlana sylvia tamara "
    "tanya tatiana teresa theresa tiffany tina ursula valerie vanessa vera veronica victoria "
    "virginia wendy yulia yvonne zoe"
)
NICKNAMES = {
    short: long
    for long, shorts in {
        "william": "bill billy will",
        "robert": "bob bobby rob",
        "richard": "dick rick rich",
        "donald": "don donnie",
        "joseph": "joe joey",
        "james": "jim jimmy jamie",
        "john": "jack johnny",
        "michael": "mike mick",
        "thomas": "tom tommy",
        "bernard": "bernie",
        "timothy": "tim",
        "edward": "ed eddie ted",
        "christopher": "chris",
        "daniel": "dan danny",
        "david": "dave",
        "matthew": "matt",
        "anthony": "tony",
        "benjamin": "ben",
        "charles": "charlie chuck",
        "elizabeth": "liz beth betty",
        "gregory": "greg",
        "jeffrey": "jeff",
        "kenneth": "ken",
        "patrick": "pat",
        "peter": "pete",
        "philip": "phil",
        "ronald": "ron",
        "samuel": "sam",
        "stephen": "steve",
        "steven": "steve",
        "mitchell": "mitch",
        "vladimir": "wladimir",
        "mohammed": "mohamed muhammad mohammad",
    }.items()
    for short in shorts.split()
}
