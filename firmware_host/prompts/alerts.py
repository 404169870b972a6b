"""What calls that tell of alerts say. What a text that ends in a comma is: see `texts`."""

__all__ = ["ENGLISH_ALERTS", "ROMANIAN_ALERTS"]

ENGLISH_ALERTS = {
    "alert.pause": "Alert. A pause is too long.",
    "alert.missed": "Alert. Calls were missed.",
    "alert.call": "Alert. A call is too long.",
    "alert.wrap_up": "Alert. A wrap-up is too long.",
    "alert.handset": "Alert. A handset can not be used.",
    "alert.queue": "Alert. A queue is too long.",
    "alert.service_level": "Alert. Callers wait too long.",
    "alert.nobody": "Alert. Nobody is logged in.",
    "alert.other": "Alert.",
    "alert.agent": "Agent,",
    "alert.key": "Press one to acknowledge.",
    "alert.acknowledged": "Acknowledged.",
}
ROMANIAN_ALERTS = {
    "alert.pause": "Alertă. O pauză este prea lungă.",
    "alert.missed": "Alertă. Au fost apeluri fără răspuns.",
    "alert.call": "Alertă. Un apel este prea lung.",
    "alert.wrap_up": "Alertă. Timpul de după apel este prea lung.",
    "alert.handset": "Alertă. Un telefon nu poate fi folosit.",
    "alert.queue": "Alertă. O coadă este prea lungă.",
    "alert.service_level": "Alertă. Apelanții așteaptă prea mult.",
    "alert.nobody": "Alertă. Nu este conectat niciun operator.",
    "alert.other": "Alertă.",
    "alert.agent": "Operatorul,",
    "alert.key": "Apăsați tasta unu pentru a confirma.",
    "alert.acknowledged": "Confirmat.",
}
