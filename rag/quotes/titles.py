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
    "treasurer democrat republican executive boss councillor councilman councilwoman "
    "inspector superintendent"
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
    | _words(
        "dr prof sen sens rep reps gov pres gen col maj capt lt sgt adm cmdr hon rev fr st cllr "
        "detective det supt insp"
    )
)

GIVEN_MALE = _words(
    "aaron abdel abdul abdullah abhishek adam adrian ahmed ahmet aidan ajay akash akira alain alan "
    "alasdair alastair albert alberto alec alejandro aleksandar aleksander aleksandr aleksey "
    "alessandro alex alexander alexei alexey alfred alfredo ali alistair amit amitabh anand "
    "anatoly anders andre andreas andrej andres andrew andrey andriy andrzej angus anil anthony "
    "antoine anton antonio archie arjun arkady arnold arthur arturo arun arvind ashok ashraf asif "
    "attila austin ayman babatunde barack barry bashar ben benjamin bernard bernd bernie bilal "
    "bilawal bill bjorn bob bogdan bohdan boleslaw boris brad bradley brandon brendan brett brian "
    "bruce callum calvin carl carlos carlton cecil cesar chad charles charlie chinedu chris "
    "christophe christopher chuck cillian clarence clark claudio clayton clifford clint clive cody "
    "colin conor craig curtis cyril daisuke damian damien daniel darren darryl dave david dean "
    "declan deepak denis dennis derek diarmuid dick didier diego dieter dimitris dinesh dirk "
    "dmitri dmitry dmytro dominic don donal donald doug douglas dragan duane duncan dustin dwayne "
    "dwight dylan eamon ed edgar edmund eduard eduardo edward edwin elijah elliot elliott elon "
    "elvis emeka emmanuel emre enrique enzo eoghan eric erik ernest ernesto ernie ernst esteban "
    "ethan etienne eugene evan evgeny fabio fabrice faisal felipe felix femi ferenc fergus "
    "fernando floyd francis francisco francois frank fred friedrich fritz fumio fyodor gabor "
    "gabriel gareth garrett gary gautam gavin geert gennady geoff geoffrey george georgios georgy "
    "gerald gerard gerhard gilbert gilles giorgio giorgos giovanni giuseppe glen glenn goodluck "
    "goran gordon graeme graham grant greg gregory grigory grzegorz guillaume guillermo gunter "
    "gustav gustavo guy gyorgy hamid hamish hamza hans harish harold harry haruki harvey hassan "
    "hector heinrich heinz helmut hendrik henri henrik henry herbert hideki hiroshi horace horst "
    "howard hubert hugh hugo humphrey humza hussain hussein huw iain ian ibrahim ignacio igor ihor "
    "ilya imran imre irving isaac ismail istvan ivan ivor jack jacob jacques jair jake james janos "
    "jared jaroslaw jason javier jawaharlal jean jeb jeff jeffrey jens jeremiah jeremy jermaine "
    "jeroen jerome jerry jerzy jesse jim jimmy jiri joao joaquin joe joel johan johannes john "
    "johnny jomo jon jonathan jorge jose joseph josh joshua juan juergen julian julius justin "
    "karel karim karl kazuo keir keith kelvin kemal ken kenji kenneth kevin khalid kieran kirill "
    "kirk klaus kofi konstantin kostas kristian kurt kwabena kwame kwasi kyle kyriakos lance larry "
    "lars laszlo laurent lawrence lech leif lenny leo leon leonard leonardo leonid leroy lester "
    "lewis liam lionel lloyd lorenzo lothar louis luca lucas luciano ludwig luis luiz lukasz luke "
    "luther mads magnus mahmoud maksim malcolm manfred manish manmohan manoj manuel marc marcel "
    "marcelo marco marcus marek mario mariusz mark marko marshall martin marvin masahiro massimo "
    "mateo mateusz mathieu matt matteo matthew matthias maurice mauricio max maxim maxwell mehmet "
    "melvin micah michael michel miguel mike mikhail miklos mikolaj miles milos miroslav mitch "
    "mitchell mitt mohamed mohammed mohan morris muammar muhammad muhammadu mukesh murray mustafa "
    "mykola naoto narendra nasser nathan nathaniel naveen nawaz ned neil nelson neville newt niall "
    "nicholas nick nicolas niels nigel nikolai nikos nils nitin noah norbert norman novak olaf ole "
    "oleg oleksandr oleksiy oliver olivier olusegun omar ondrej orlando oscar otis otto owen pablo "
    "padraig panagiotis paolo pascal patrick paul paulo pavel pedro percy pervez peter petr petro "
    "phil philip philippe pierre pieter piotr piyush poul pradeep prakash prashant quentin "
    "radoslaw rafael rahul rainer raj rajesh rajiv rakesh ralf ralph ramesh randall randy raphael "
    "rasmus raul ravi ray raymond recep reggie reginald reince reinhard rex rhys ricardo richard "
    "rick rishi robert roberto rod roderick rodney rodolfo rodrigo roger rohit roland rolf roman "
    "ron ronald rory ross roy rudolf rufus rui rupert ruslan russell ruud ryan sachin saddam sadiq "
    "sajid salman salvador salvatore samuel sandeep sandor sanjay santiago satoshi scott seamus "
    "sean sebastian sebastien semyon serge sergei sergey sergio serhiy seth shahbaz shehbaz "
    "shigeru shinzo siddharth siegfried silas silvio simon sipho slobodan solomon spencer stan "
    "stanislav stanislaw stanley stavros stefan stefano stephen steve steven stewart stuart sundar "
    "sunil suresh sven takashi takeshi tamas tariq taro ted tendai terence terrence tetsuya thabo "
    "themba theodore thiago thierry thomas tiago tim timothy timur toby todd tom tomas tomasz tony "
    "torsten travis trevor trey tristan tyler uhuru ulrich umberto uwe vaclav vadim valentin "
    "vasily vaughn vernon vicente victor vijay vikram viktor vince vincent vincenzo vinod vitali "
    "vitaly vivek vladimir vladislav volodymyr vyacheslav wade wallace walter warren wayne werner "
    "wesley wilbur wilfred wilhelm will william willie wim winston wojciech wolfgang woodrow "
    "wouter xavier yanis yannis yaroslav yasser yasuhiro yevgeny yevhen yoshihide youssef yoweri "
    "yuri yusuf yves zach zachary zack zbigniew zoltan zoran zulfikar"
)
GIVEN_FEMALE = _words(
    "abby abena abigail ada adaeze adele aditi adriana adwoa agata agatha agnes agneta agnieszka "
    "aileen ailsa aimee aine aisha aishwarya akiko akosua akua alejandra aleksandra alessandra "
    "alexandra alice alicia alina alison alla allison alma amanda amelia amelie amina amy ana "
    "anais ananya anastasia anastasiya andrea angela angelica angelika anita anjali ann anna "
    "annabel annabelle annalena anne annegret anneke anneliese annette annie annika antje antonia "
    "anushka aoife april aretha arlene ashley asma astrid audrey aurelie ava ayako ayesha barbara "
    "barbora beata beatrice beatriz becky belinda benazir bernadette bernice bertha beth bethany "
    "betsy bettina betty beverly bianca birgit birgitta blanca bonnie bozena brenda brianna "
    "bridget brigid brigitte brittany bushra camila candace candice carla carly carmen carol "
    "carole carolina caroline carolyn carrie cassandra catalina catherine cathy catriona cecilia "
    "celeste celia celine chantal charlene charlotte chelsea cheryl chiamaka chiara chimamanda "
    "chloe christina christine cindy claire clara clarissa claudette claudia cleo colette colleen "
    "condoleezza connie constance consuelo cora cordelia corinne courtney cristina cynthia daisy "
    "dana daniela danielle danuta daphne daria darlene darya deanna debbie deborah deepika deirdre "
    "delia delphine denise desiree despina diana diane dilma divya dolores donna doris dorothy "
    "edith edna efua eileen ekaterina elaine eleanor elena eleni elin elisa elise eliza elizabeth "
    "elke ella ellen ellie elodie elsa elsie emiko emilia emily emma emmanuelle enid erica erika "
    "erin esmeralda esperanza estela estelle esther eszter ethel eugenie eunice eva evelyn ewa "
    "fabienne farah fatima fatou fay faye federica felicity fernanda fiona flora florence frances "
    "francesca francisca francoise franziska frauke freda freja frida friederike fumiko gabriela "
    "gail galina geeta genevieve georgia geraldine gerda germaine gertrud gertrude gillian gina "
    "ginny giorgia giovanna gisela gita giulia giuliana gloria grace graciela greta gudrun gunilla "
    "gwen gwendolyn gwyneth halina hannah hanne hannelore harriet haruka harumi hattie hazel "
    "heather hedda heidi heike helen helene helga helle henrietta hilda hilde hillary hina hiroko "
    "holly huma ilaria ildiko ilse imelda imogen indira ines inez inga ingeborg ingrid inna ioanna "
    "irene irina iris iryna isabel isabella isabelle isla ivana ivanka ivy jacinda jackie "
    "jacqueline jacqui jadwiga jamila jana jane janet janice janina jasmine jaya jean jeanette "
    "jeanne jeannie jemima jenna jennifer jenny jessica jette jill jimena joan joanna joanne "
    "jocelyn jodie johanna josefina josephine joyce juana juanita judit judith judy julia juliana "
    "julie juliet julieta juliette june junko justine jutta jyoti kaitlyn kamala kamila kara karen "
    "karin karla katalin katarina katarzyna kate katerina kateryna katharina katherine kathleen "
    "kathryn kathy katie katja katrin katrina katya kavita kaylee kayleigh kazuko keiko keira "
    "kellie kelly kellyanne kendra kerstin khadija kimberly kirsten kirsty kristen kristin "
    "kristina kristine krystyna ksenia kseniya kumiko kyoko lana larisa larissa lata laura lauren "
    "lavinia layla leah leanne leila lena leona leonie leslie lesya leticia libby lidia lidiya "
    "lila liliana lillian lily linda lisa liz ljiljana lola lorena loretta lori lorna lorraine "
    "lotte lottie louise lucia lucie lucille lucinda lucy ludmila luisa luz lydia lynda lynn lynne "
    "lyudmila mabel maddie madeleine madeline madison mae magda magdalena maggie maisie malala "
    "malgorzata malin mamata mandy manuela marcela marcia margaret margarete margarita margaux "
    "margery margo margot marguerite maria mariam mariana marianne maribel marie marija mariko "
    "marilyn marina marine marisol marissa mariya marjorie marla marlene marsha marta martha "
    "martina mary maryam maryna masako masha mathilde matilda maud maude maureen mavis maxine maya "
    "meena meera megan meghan melania melanie melinda melissa melody mercedes meredith meryl mette "
    "mia michelle michiko mila mildred milena millicent millie mindy minnie mira miranda mireille "
    "miriam moira mollie molly mona monica monika monique muriel myra nadezhda nadia nadine nadiya "
    "nancy naoko naomi natalia natalie nataliya natalya natasha nathalie neha nell nellie ngozi "
    "nicole nikki nina nirmala nisha nkechi noemie nomvula nora noreen noriko norma noura nuala "
    "nusrat odette odile oksana olena olga olha olive olivia oona opal ophelia oprah ornella padma "
    "paige paloma pam pamela paola patricia patsy patti paula paulette paulina pauline pearl peggy "
    "penelope penny pernille petra philippa phoebe phyllis pilar pippa polina polly pooja poppy "
    "portia pratibha priscilla priti priya priyanka prudence rachel radha raisa rani rania raquel "
    "rebecca reiko rekha renate rhoda rhonda rita ritu roberta robyn rocio rosa rosalia rosalie "
    "rosalind rosalyn rosamund rose roseanne rosemary rosie rowena roxanne ruby ruth sabine "
    "sabrina sachiko sadie saira sakura sally samantha samira sanae sandra sandrine sangeeta sanna "
    "saoirse sara sarah saskia savita scarlett segolene selena serena setsuko shabana shannon "
    "sharon sheila shelley shelly sherry sheryl shireen shirley shreya sian sienna signe sigrid "
    "silje silke silvana silvia simona sinead siobhan sita smriti sofia soledad solveig sonia "
    "sonja sonya sophia sophie soraya stacey stella stephanie sue suella sunita susan susana "
    "susanna susannah susanne sushma suzanne suzy svenja svetlana sviatlana svitlana sybil sylvia "
    "sylvie tabitha takako tamara tammy tania tanja tanya tara tasha tatiana tatyana teresa tess "
    "tessa tetiana thandi thandiwe thelma theresa therese tiffany tilly tina tomoko tracey trish "
    "trudy ulrike ulyana una ursula usha ute valentina valerie vandana vanessa vera veronica "
    "veronika veronique vicki vicky victoria vidya viktoria viktoriya viola violet violeta "
    "virginia virginie viviana vivien vivienne waltraud wanda wangari wendy whitney wilhelmina "
    "wilma winifred winnie xenia ximena yana yasmin yasmine yelena yevgenia yoko yolanda yoshiko "
    "yuko yulia yuliya yumi yumiko yuriko yvette yvonne zahra zainab zanele zara zeinab zelda "
    "zhanna zlata zodwa zoe zoey zofia zsuzsanna zuzana"
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
        "nicholas": "nick nicky",
        "andrew": "andy",
        "alexander": "alex",
        "katherine": "catherine kathryn kate katie kathy cathy",
        "margaret": "maggie peggy",
        "susan": "sue",
        "jennifer": "jenny jen",
        "victoria": "vicky vicki",
        "deborah": "debbie",
        "rebecca": "becky",
        "lawrence": "larry",
        "frederick": "fred",
        "raymond": "ray",
        "jonathan": "jon",
        "joshua": "josh",
        "vincent": "vince",
        "douglas": "doug",
        "geoffrey": "geoff",
        "jacqueline": "jackie",
    }.items()
    for short in shorts.split()
}
