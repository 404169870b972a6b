"""What people and machines say when they answer a telephone, in ten languages.

Of each list every other text is for tuning, the rest for reporting (`answering_material`).
"""

__all__ = ["CARRIER", "GREETINGS", "LANGUAGES", "MESSAGES", "SHORT_MESSAGES", "SHORT_WORDS"]

LANGUAGES = {
    "en": ("en-us", "en-gb"),
    "es": ("es", "es-419"),
    "fr": ("fr-fr", "fr-be"),
    "it": ("it",),
    "ru": ("ru",),
    "de": ("de",),
    "ro": ("ro",),
    "hi": ("hi",),
    "zh": ("cmn-latn-pinyin",),
    "pl": ("pl",),
}
"""espeak-ng's voices for each."""

SHORT_WORDS: dict[str, list[str]] = {
    "en": ["Hello?", "Yes?", "Hello, hello?", "Hi.", "Yeah, hello?", "Good morning."],
    "es": ["¿Diga?", "¿Sí?", "¿Bueno?", "Hola, ¿quién habla?", "¿Aló?", "Dígame."],
    "fr": ["Allô?", "Oui?", "Allô, oui?", "Oui, bonjour.", "Bonjour.", "Oui, j'écoute."],
    "it": ["Pronto?", "Sì?", "Pronto, chi parla?", "Sì, pronto.", "Chi è?", "Buongiorno."],
    "ru": ["Алло?", "Да?", "Алло, слушаю.", "Слушаю вас.", "Да, алло.", "Говорите."],
    "de": ["Hallo?", "Ja?", "Ja, bitte?", "Müller.", "Hallo, wer ist da?", "Schmidt, guten Tag."],
    "ro": ["Alo?", "Da?", "Alo, da.", "Da, vă rog.", "Bună ziua.", "Alo, cine e?"],
    "hi": ["हैलो?", "जी?", "हाँ जी, बोलिए.", "नमस्ते.", "हैलो, कौन?", "हाँ, बोलो."],
    "zh": ["wei2?", "ni3 hao3.", "wei2, ni3 hao3.", "shei2 a?", "wei2, na3 wei4?", "ni3 shuo1."],
    "pl": ["Halo?", "Tak?", "Słucham.", "Tak, słucham.", "Halo, kto mówi?", "Dzień dobry."],
}

GREETINGS: dict[str, list[str]] = {
    "en": [
        "Hello, this is Mary.",
        "Hello, John Carpenter speaking.",
        "Good morning, Baker and Sons, this is Peter.",
        "Acme Plumbing, how can I help you?",
        "City Dental Practice, good afternoon, Susan speaking, how may I help?",
        "Thank you for calling Riverside Motors, my name is Tom, how can I help you?",
    ],
    "es": [
        "Hola, soy María.",
        "Sí, habla Carlos Gómez.",
        "Talleres Ramírez, buenos días.",
        "Farmacia Central, buenas tardes, ¿en qué puedo ayudarle?",
        "Buenos días, Clínica del Sol, le atiende Lucía.",
        "Gracias por llamar a Seguros Norte, le habla Pedro, ¿en qué le ayudo?",
    ],
    "fr": [
        "Oui, Martin à l'appareil.",
        "Allô, c'est Sophie.",
        "Garage Dupont, bonjour.",
        "Pharmacie du Centre, bonjour, je vous écoute.",
        "Cabinet du docteur Morel, bonjour, que puis-je pour vous?",
        "Société Lambert, bonjour, Claire à votre service.",
    ],
    "it": [
        "Pronto, sono Marco.",
        "Casa Bianchi, buongiorno.",
        "Officina Ferrari, buongiorno.",
        "Studio Rossi, buongiorno, sono Anna.",
        "Farmacia Centrale, buonasera, come posso aiutarla?",
        "Buongiorno, Albergo Miramare, sono Giulia, mi dica.",
    ],
    "ru": [
        "Алло, это Иван.",
        "Да, Петрова слушает.",
        "Автосервис, добрый день.",
        "Компания Вектор, здравствуйте.",
        "Добрый день, стоматология Улыбка, меня зовут Ольга.",
        "Здравствуйте, магазин Свет, чем могу помочь?",
    ],
    "de": [
        "Hallo, hier ist Anna.",
        "Weber, guten Tag.",
        "Autohaus Berger, guten Tag.",
        "Firma Schneider, guten Tag, mein Name ist Peter Lang.",
        "Zahnarztpraxis Doktor Klein, guten Morgen, was kann ich für Sie tun?",
        "Gasthof zur Post, Huber, grüß Gott.",
    ],
    "ro": [
        "Alo, Maria la telefon.",
        "Da, Ionescu, vă ascult.",
        "Service Auto Dacia, bună ziua.",
        "Cabinet medical, bună ziua, cu ce vă pot ajuta?",
        "Bună ziua, firma Alfa, numele meu este Ion.",
        "Hotel Central, bună seara, recepția, vă ascult.",
    ],
    "hi": [
        "हैलो, मैं राहुल बोल रहा हूँ.",
        "जी, शर्मा बोल रहा हूँ.",
        "नमस्ते, गुप्ता स्टोर.",
        "नमस्ते, सिटी क्लिनिक, बताइए.",
        "नमस्कार, होटल ताज, मैं आपकी क्या मदद कर सकता हूँ?",
        "हैलो, मैं प्रिया बोल रही हूँ, कहिए.",
    ],
    "zh": [
        "ni3 hao3, wo3 shi4 wang2 wei3.",
        "wei2, wo3 shi4 li3 ming2.",
        "ni3 hao3, zhong1 hua2 fan4 dian4.",
        "nin2 hao3, ke4 fu2 zhong1 xin1, qing3 shuo1.",
        "nin2 hao3, hong2 xing1 gong1 si1, qing3 wen4 you3 shen2 me5 shi4?",
        "nin2 hao3, wo3 shi4 xiao3 zhang1, qing3 jiang3.",
    ],
    "pl": [
        "Halo, mówi Anna.",
        "Kowalski, słucham.",
        "Warsztat Nowak, dzień dobry.",
        "Apteka Zdrowie, dzień dobry, w czym mogę pomóc?",
        "Dzień dobry, firma Omega, nazywam się Piotr Zieliński.",
        "Recepcja, dzień dobry, słucham państwa.",
    ],
}

MESSAGES: dict[str, list[str]] = {
    "en": [
        "Hi, you've reached Bob. I can't come to the phone right now. Please leave a message after the tone.",
        "Hello, this is the Miller family. We are not at home at the moment, but if you leave your name and"
        " number, we will call you back.",
        "You have reached the voice mailbox of five five five, zero one two three. Record your message.",
        "Thank you for calling Baker and Sons. Our office is closed. Opening hours are nine to five, Monday"
        " to Friday. Please leave a message.",
    ],
    "es": [
        "Hola, has llamado a Carlos. Ahora no puedo atenderte. Deja tu mensaje después de la señal.",
        "Este es el contestador de la familia Gómez. No estamos en casa. Por favor, deje su mensaje.",
        "El buzón de voz del número marcado. Grabe su mensaje después del tono.",
        "Gracias por llamar a Talleres Ramírez. En este momento está cerrado. Deje su nombre y teléfono.",
    ],
    "fr": [
        "Bonjour, vous êtes bien chez Martin. Je ne suis pas là. Laissez-moi un message après le bip.",
        "Bonjour, nous sommes absents pour le moment. Merci de laisser votre nom et votre numéro.",
        "Vous êtes sur la messagerie vocale du zéro six douze. Parlez après le signal sonore.",
        "Le garage Dupont est fermé. Nos horaires sont de huit heures à midi. Laissez un message.",
    ],
    "it": [
        "Ciao, sono Marco. In questo momento non posso rispondere. Lasciate un messaggio dopo il segnale.",
        "Risponde la segreteria della famiglia Bianchi. Non siamo in casa. Parlate dopo il bip.",
        "Segreteria telefonica. La persona chiamata non è raggiungibile. Lasciate un messaggio.",
        "Grazie per aver chiamato lo Studio Rossi. Gli uffici sono chiusi. Richiamate domani mattina.",
    ],
    "ru": [
        "Здравствуйте, это Иван. Я сейчас не могу ответить. Оставьте сообщение после сигнала.",
        "Вы позвонили семье Петровых. Нас нет дома, оставьте ваше имя и номер телефона.",
        "Вас приветствует голосовая почта. Оставьте сообщение после звукового сигнала.",
        "Компания Вектор. Сейчас нерабочее время. Мы работаем с девяти до шести.",
    ],
    "de": [
        "Hallo, hier ist Anna. Ich bin gerade nicht da. Bitte hinterlassen Sie eine Nachricht nach dem Ton.",
        "Guten Tag, hier ist der Anschluss der Familie Weber. Wir sind leider nicht zu Hause.",
        "Dies ist die Mailbox der Rufnummer null eins sieben zwei. Bitte sprechen Sie nach dem Signal.",
        "Sie haben das Autohaus Berger angerufen. Unser Büro ist zurzeit nicht besetzt. Rufen Sie morgen an.",
    ],
    "ro": [
        "Bună, sunt Maria. Acum nu pot răspunde. Lăsați un mesaj după semnalul sonor.",
        "Ați sunat la familia Ionescu. Nu suntem acasă, lăsați numele și numărul de telefon.",
        "Aceasta este căsuța vocală a numărului apelat. Înregistrați mesajul după ton.",
        "Firma Alfa vă mulțumește pentru apel. Programul nostru este de la nouă la cinci.",
    ],
    "hi": [
        "नमस्ते, मैं राहुल हूँ. मैं अभी फ़ोन नहीं उठा सकता. कृपया बीप के बाद संदेश छोड़ें.",
        "आपने शर्मा परिवार को फ़ोन किया है. हम घर पर नहीं हैं, कृपया अपना नाम और नंबर छोड़ें.",
        "यह वॉइस मेल है. कृपया टोन के बाद अपना संदेश रिकॉर्ड करें.",
        "गुप्ता स्टोर में फ़ोन करने के लिए धन्यवाद. दुकान अभी बंद है. कल फ़ोन करें.",
    ],
    "zh": [
        "ni3 hao3, wo3 shi4 wang2 wei3. wo3 xian4 zai4 bu4 neng2 jie1 dian4 hua4, qing3 liu2 yan2.",
        "zhe4 li3 shi4 li3 jia1, wo3 men5 bu2 zai4 jia1, qing3 liu2 xia4 ming2 zi4 he2 dian4 hua4.",
        "huan1 ying2 shi3 yong4 yu3 yin1 xin4 xiang1, qing3 zai4 ti2 shi4 yin1 hou4 liu2 yan2.",
        "hong2 xing1 gong1 si1 yi3 jing1 xia4 ban1, qing3 ming2 tian1 zai4 da3 dian4 hua4.",
    ],
    "pl": [
        "Cześć, tu Anna. Nie mogę teraz odebrać telefonu. Zostaw wiadomość po sygnale.",
        "Dodzwoniłeś się do domu państwa Kowalskich. Nie ma nas w domu. Prosimy o wiadomość.",
        "Poczta głosowa. Abonent nie może odebrać telefonu. Nagraj wiadomość po usłyszeniu sygnału.",
        "Warsztat Nowak jest obecnie zamknięty. Zapraszamy od ósmej do szesnastej.",
    ],
}

SHORT_MESSAGES: dict[str, list[str]] = {
    "en": ["Leave a message.", "You know what to do.", "It's Bob, leave a message.", "Voice mail."],
    "es": ["Deje su mensaje.", "Deja un mensaje, gracias."],
    "fr": ["Laissez un message.", "Parlez après le bip."],
    "it": ["Lasciate un messaggio.", "Parlate dopo il segnale."],
    "ru": ["Оставьте сообщение.", "Говорите после сигнала."],
    "de": ["Nachrichten nach dem Ton.", "Bitte sprechen Sie jetzt."],
    "ro": ["Lăsați un mesaj.", "Vorbiți după ton."],
    "hi": ["संदेश छोड़ें.", "कृपया संदेश छोड़ें."],
    "zh": ["qing3 liu2 yan2.", "qing3 zai4 di1 sheng1 hou4 liu2 yan2."],
    "pl": ["Zostaw wiadomość.", "Proszę mówić po sygnale."],
}

CARRIER: dict[str, list[str]] = {
    "en": [
        "The person you are calling is not available. Please try again later.",
        "The number you have dialed is not in service. Please check the number and dial again.",
    ],
    "es": [
        "El número marcado no existe o está apagado. Por favor, inténtelo más tarde.",
        "El teléfono al que llama está apagado o fuera de cobertura en este momento.",
    ],
    "fr": [
        "Le numéro que vous avez demandé n'est pas attribué. Veuillez consulter l'annuaire.",
        "Votre correspondant n'est pas joignable pour le moment. Veuillez rappeler plus tard.",
    ],
    "it": [
        "Il cliente da lei chiamato non è al momento raggiungibile. La preghiamo di richiamare più tardi.",
        "Il numero selezionato è inesistente. Si prega di controllare il numero.",
    ],
    "ru": [
        "Аппарат абонента выключен или находится вне зоны действия сети.",
        "Набранный вами номер не существует. Проверьте правильность набора.",
    ],
    "de": [
        "Der gewünschte Gesprächspartner ist zurzeit nicht erreichbar. Bitte rufen Sie später wieder an.",
        "Kein Anschluss unter dieser Nummer. Bitte rufen Sie die Auskunft an.",
    ],
    "ro": [
        "Abonatul apelat nu poate fi contactat momentan. Vă rugăm reveniți mai târziu.",
        "Numărul format nu este alocat. Vă rugăm verificați numărul.",
    ],
    "hi": [
        "आप जिस व्यक्ति को कॉल कर रहे हैं वह अभी उपलब्ध नहीं है. कृपया बाद में प्रयास करें.",
        "आपके द्वारा डायल किया गया नंबर मौजूद नहीं है. कृपया नंबर जाँच लें.",
    ],
    "zh": [
        "dui4 bu5 qi3, nin2 bo1 da3 de5 dian4 hua4 yi3 guan1 ji1, qing3 shao1 hou4 zai4 bo1.",
        "dui4 bu5 qi3, nin2 bo1 da3 de5 hao4 ma3 shi4 kong1 hao4, qing3 he2 dui4 hou4 zai4 bo1.",
    ],
    "pl": [
        "Abonent ma wyłączony telefon lub jest poza zasięgiem sieci. Proszę zadzwonić później.",
        "Nie ma takiego numeru. Prosimy sprawdzić numer i zadzwonić ponownie.",
    ],
}
