"""Words whose full stop may be part of them, by what may follow, and words that begin sentences.

As they are written in newspapers: "Sat" is a day, "sat" is not.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Another word of the same sentence always follows.
OPENING = _words(
    "Mr Mrs Ms Mx Dr Drs Prof Gen Lt Col Maj Capt Cmdr Cdr Comdr Adm Brig Sgt Cpl Pvt Spc Ens Sen "
    "Sens Rep Reps Gov Govs Pres Supt Det Insp Rev Revs Fr Hon hon Mt Messrs Mme Mlle Amb Atty "
    "Asst Dep Cllr Ald Pfc Pte Cpt Fmr fmr Msgr Lieut Sergt Wm Jas Thos Pty "
    "Sdn vs v cf Cf viz eg ie e.g i.e f.e PS P.S"
)

# A number follows, or the sentence ends.
NUMBERED = _words(
    "No Nos no nos Nr nr N° p pp Vol vol Vols Fig fig Figs figs Eq Eqs Art art Sec sec Sect Ch ch "
    "Chap chap Ca ca c approx Rs rs Op op Para para Ext ext Tel tel Ver ver Pt pt Ex Rm cl pop"
)

# They end a sentence if a word follows that begins sentences.
SHORTENED = _words(
    "St Ft Sec Wisc Avg yr yrs fed Bhd Inc inc Corp corp Ltd ltd Co co Cos Pvt Bros Jr jr Sr sr "
    "Esq etc Etc al Dept dept Univ Assn Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue "
    "Tues Wed Thu Thur Thurs Fri Sat Sun Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La "
    "Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont Que "
    "Ave ave Blvd Rd Hwy Ste st Bldg Apt Intl Natl Govt govt Dist dist Mfg est Est min mins hr hrs "
    "sq mi lb lbs oz km cm mm kg ft med ed eds Ed Eds trans rev misc gen col lt pl max avg incl "
    "excl btw"
)

# A sentence ends after these unless the time zone or the day follows.
HOURS = _words("a.m p.m A.M P.M")
AFTER_HOURS = _words(
    "ET EST EDT CT CST CDT MT PT PST PDT GMT UTC BST CET CEST MSK IST Eastern Central Mountain "
    "Pacific AEST AEDT JST HKT EET EEST NZST PKT Monday Tuesday Wednesday Thursday Friday Saturday "
    "Sunday January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)

STARTERS = _words(
    "The He She It They We This That These Those There Here His Her Its Their My Our Your But And "
    "However Although Though If When While As After Before Since Because In On At By For From With "
    "To Of An A I You What Who Why How Where Which So Then Now Yet Or Nor Not No Yes Some Many "
    "Most All Both Each Every Such Still Also Meanwhile Last Earlier Later Finally Once Another "
    "One Please Did Do Does Is Are Was Were Has Have Had Can Could Will Would Should It's He's "
    "She's They're You're We're I'm I've You've We've I'd He'd I'll He'll We'll That's There's "
    "What's Let's Don't Isn't Can't Didn't Neither Nobody Nothing None Everyone Someone During "
    "Among Between Despite Until Unless Through Within Without Against Whether Even Only "
    "Perhaps Several Few Others Two Three According Asked"
)

# In a text all in capitals, "IN" after "U.S." tells nothing; these still do.
STARTERS_IN_CAPITALS = _words(
    "THE HE SHE IT THEY WE THIS THESE THOSE THERE BUT HOWEVER ALTHOUGH WHEN"
)
