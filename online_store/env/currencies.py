"""The codes of ISO 4217, list one, as its maintenance agency (SIX) published it on 1 January 2026."""

from online_store.env.values import Unusable

TWO_DECIMALS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
# None, three or four decimals, or none that are defined.
OTHER_DECIMALS = """
BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
BHD IQD JOD KWD LYD OMR TND
CLF UYW
XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX
"""


def currency(text: str) -> str:
    """Return the code of a currency that is divided into a hundred."""
    if text in OTHER_DECIMALS.split():
        raise Unusable("must be a currency with two decimals, as the store counts money in hundredths")
    if text not in TWO_DECIMALS.split():
        raise Unusable("must be the ISO 4217 code of a currency, three capital letters such as RUB or EUR")
    return text
