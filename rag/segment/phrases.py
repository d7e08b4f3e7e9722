"""How captions and boilerplate of news pages are worded.

Each pattern of boilerplate is held against a whole short block, so that a sentence which only
mentions a newsletter or a cookie stays what it is.
"""

import re

_AGENCY = (
    r"(?:AFP|AP|A\.P\.|Reuters|REUTERS|EPA(?:-EFE)?|EFE|TASS|Sputnik|Xinhua|ANSA|DPA|dpa|PA|UPI"
    r"|Getty(?:\ Images)?|Shutterstock|Bloomberg|Anadolu|Zuma(?:\ Press)?|Pool|POOL)"
)
# Of any length: the captions of all pictures in one paragraph, or what stands on a video.
GALLERY = re.compile(
    r"(?:Photos:.*\b)?Hide Caption \d|"
    r"(?:JUST|MUST) WATCH(?:ED)?\b.*(?:\bReplay\b|\d\d:\d\d$)"
)
CAPTION_START = re.compile(
    r"Image\ caption\b|(?:Image|Media|Video)\ (?:source|copyright)\s*[,:]|"
    r"(?:FILE(?:\ PHOTO)?|File(?:\ photo)?)\s*[-–—:]|"
    r"(?:File\ )?(?:Photos?|PHOTOS?|Photograph|Images?|IMAGES?|Picture|Pictured|PICTURED|Caption"
    r"|Credits?)(?:\ (?:by|courtesy|credit)[^:]{0,40})?\s*:\s*\S"
)
CAPTION_END = re.compile(
    rf"""(?:
      /\ ?{_AGENCY}
    | \b(?:AP|EPA|AFP)\ (?:Photo|PHOTO)(?:/[^/]{{1,60}})?
    | \((?:Photo|Image|Picture|Credit|Photograph|Courtesy)\b[^()]{{0,120}}
    | \b(?:Photo|Photograph|Image|Picture|Credit)(?:\ (?:by|credit|courtesy\ of)|:)\s[^.]{{1,80}}
    )[.)\]]{{0,2}}$
    | (?:  # a sentence may end so, too, but with a full stop
      \bCredit(?:\.\.\.|…)\s?\S[^.]{{1,80}}
    | \bREUTERS/.{{1,60}}?(?:/File\ Photo|\ Purchase\ Licensing\ Rights.*)
    | (?:\w\w[.!?]|["”)])\s+(?:[(\[©|]\s?)?  # a finished sentence, then names and an agency
      (?:[A-Z][\w.'’]*\s?[\s/|—–-]\s?|for\ |the\ |via\ ){{1,6}}
      (?!Bloomberg|Pool|POOL){_AGENCY}(?:/[\w\ .]{{1,40}}|\ file)?
    | \bvia\ (?:{_AGENCY}|X|Facebook|Telegram)
    | \b(?:REUTERS|Reuters|Getty\ Images|AFP|EPA|Shutterstock)/[^/.]{{1,60}}
    | \bGetty\ Images
    )[)\]]?$""",
    re.VERBOSE,
)
BYLINE = re.compile(
    r"By:? [A-Z][\w.'’-]+(?:,? (?:and |de |von |van |al-|bin )?[A-Z][\w.'’-]+){0,7}"
    r"(?:[,|–-](?:.{0,59}[^.!?])?)?"  # no full stop: "By Friday, troops had come."
)
_NETWORK = r"(?:facebook|twitter|x|whatsapp|telegram|linkedin|reddit|instagram|pinterest|youtube)"
_SHARE = rf"(?:share|tweet|e-?mail|print|pin(?:\ it)?|save|copy\ link|more|{_NETWORK})"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
BOILERPLATE = re.compile(
    "|".join(
        (
            r"(?:original\ )?source(?:\ link|\ article)?",
            r"leave\ a\ (?:reply|comment).{0,40}|(?:post|add|write)\ a\ comment|cancel\ reply",
            r"(?:\d+|no|view|show|see)?\s?(?:all\ )?comments?(?:\ \(?\d+\)?)?(?:\ yet)?",
            r"(?:log|sign)\ in(?:\ (?:to|or)\ .{1,60})?|register(?:\ now)?|create\ an?\ account",
            r"(?:please\ )?(?:subscribe|sign\ up)\b.{0,160}",
            r"(?:join|get|receive)\ our\ .{0,60}\b(?:newsletters?|channel|updates|alerts)\b.{0,80}",
            rf"{_SHARE}(?:[\s|,·/]+(?:on\s)?{_SHARE})*|share\ (?:this|on|via|with)\b.{{0,60}}",
            rf"follow\ .{{1,50}}\ on\ (?:{_NETWORK}|google\ news|social\ media)\b.{{0,60}}",
            r"follow\ us\b.{0,60}|like\ us\ on\ .{1,40}",
            r"(?:read|see|watch|listen)\ (?:more|also|next|now|here)(?:\s?[:>»→…|].*|\ here.*)?",
            r"(?:also\ read|read\ this|read|don[’']t\ miss|see\ also|watch|related)\s?[:>»→|].*",
            r"related(?:\ (?:articles?|stories|story|posts?|news|content|topics|coverage|links))?",
            r"(?:most\ (?:read|popular|viewed)|trending(?:\ now)?|recommended(?:\ .{1,30})?)",
            r"you\ (?:may|might)\ also\ (?:like|be\ interested\ in)\b.{0,80}",
            r"(?:click|tap)\ here\b.{0,100}|continue\ reading\b.{0,80}|learn\ more|view\ more",
            r"advertisement|sponsored(?:\ content)?|skip\ to\ (?:main\ )?content|loading\W*",
            r"(?:back|return|scroll)\ to\ top|(?:main\ )?menu|search",
            r"(?:next|previous)\ (?:post|article)",
            r"(?:tags?|topics?|filed\ under|categor(?:y|ies)|posted\ in)\s?:.*",
            r"this\ (?:web)?site\ uses\ akismet\b.*",
            r"learn\ how\ your\ comment\ data\b.*",
            r"(?:we|(?:this|our)\ (?:web)?site|our\ partners)\ uses?\ cookies"
            r"(?:\ (?:to|for|and|in|so)\b.*|\.)?",
            r"by\ (?:continuing|clicking|using|signing|subscribing)\b.*"
            r"\b(?:you|i)\b.{0,40}\b(?:agree|accept|consent)\b.*",
            r"your\ e-?mail\ address\ will\ not\ be\ published.*|required\ fields\ are\ marked.*",
            r"(?:accept|reject|manage)\ (?:all\ )?cookies",
            r"cookie\ (?:policy|settings|preferences|notice)",
            r"privacy\ (?:policy|notice)|terms\ (?:of|and|&)\ \w+(?:\ of\ \w+)?",
            r"(?:©|\(c\)|copyright\s(?:©|\(c\)|\d{4}|by\b)).*",
            r".{0,120}\ball\ rights\ reserved\b.{0,160}",
            r".{2,90}\ contributed\ (?:to\ this\ (?:report|story|article)|reporting)\b.{0,60}",
            r"\(?with\ (?:\w+\ )?(?:information|reporting|files|inputs?|contributions?)\ "
            r"(?:from|by)\ .{1,90}",
            r"\(?(?:additional\ )?(?:reporting|writing|editing)\ by\ "
            r"(?!.*\b(?:that|has|had|is|was|were|found|show(?:s|ed)?)\b).{1,240}",
            r"this\ (?:article|story|report|post)\ (?:was|has\ been|is)\ (?:\w+\ )?"
            r"(?:updated|corrected|republished|automatically"
            r"|(?:published|translated|produced)\b(?!.*\b(?:say|said|says|found|shows?)\b))\b.*",
            r"(?:correction|clarification|editor[’']?s[’']?\ note)s?\s?(?=:).*[.!?…:]\W*",
            r"an\ earlier\ version\ of\ th(?:is|e)\ (?:article|story|report|post)\b.*",
            r"\d{1,2}[:.]\d\d(?:\ ?[ap]\.?m\.?)?(?:\ [A-Z]{2,4})?",
            r"\d+\ min(?:ute)?s?\ read|reading\ time:?\ .{1,20}|image\ (?:source|credit):?.{0,60}",
            r"(?:e-?mail|contact)\ .{0,40}\S+@\S+",
        )
    ),
    re.IGNORECASE | re.VERBOSE,
)
_DAY = rf"(?:{_MONTH}\ \d{{1,2}}|\d{{1,2}}\ {_MONTH})"
_WHEN = rf"(?:{_DAY}|\d{{1,2}}[:.]\d\d|\d{{1,4}}([/.-])\d{{1,2}}\1\d{{2,4}})"
# Boilerplate, unless it goes on like a sentence: "Published in 2019, the report found it."
LABEL = re.compile(
    "|".join(
        (
            r"(?:original\ )?source:(?!.*\b(?:said|says|told|tells)\b).{1,80}",
            r"(?:(?:media|press)\ contacts?:|contacts?:(?=.*(?:@|\d{3}[\d().\ -]*\d{3}))).{1,160}",
            r"(?:for\ (?:immediate\ )?release|embargoed|(?:press|news)\ release)\b"
            rf"(?:[\s:,–—-]+(?:[\w.]+[,:]?[\s–—-]+){{0,2}}{_WHEN}(?:(?!:\ ).){{0,40}})?\W*",
            r"(?:first\ |last\ )?(?:published|updated|posted|modified)(?:\ on|\ at)?\s?:?\ "
            rf"(?:(?!.*\.$)|(?=(?:\w+day,?\ )?(?:{_MONTH}\ )?\d))[^.]{{0,40}}\d.{{0,30}}",
            rf"(?:\w+day,?\ )?{_DAY},?\ \d{{4}}(?:.{{0,29}}[^.]|.{{0,24}}[ap]\.m\.|\.)?",
        )
    ),
    re.IGNORECASE | re.VERBOSE,
)
