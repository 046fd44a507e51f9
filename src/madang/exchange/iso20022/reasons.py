"""Why a bank rejected or returned a payment, in words for operators (ISO 20022 external status and return reasons)."""

_WORDS = {
    "AC01": ("계좌번호가 틀렸습니다.", "The account number is wrong. Ask the merchant for the right one."),
    "AC03": (
        "받는 계좌번호가 틀렸습니다.",
        "The creditor's account number is wrong. Ask the merchant for the right one.",
    ),
    "AC04": ("해지된 계좌입니다.", "The account is closed. Ask the merchant for another."),
    "AC06": ("지급이 정지된 계좌입니다.", "The account is blocked. Ask the merchant to talk to its bank."),
    "AC07": ("받는 계좌가 해지되었습니다.", "The creditor's account is closed. Ask the merchant for another."),
    "AG01": ("이 계좌로는 이체할 수 없습니다.", "Transfers are not allowed on this account. Ask for another."),
    "AG02": ("은행이 이 거래를 받지 않습니다.", "The bank does not take this kind of transaction. Ask the bank."),
    "AM02": ("허용 금액을 넘었습니다.", "The amount is above what is allowed. Split it, or ask the bank."),
    "AM04": ("출금 계좌의 잔액이 부족합니다.", "The ordering account has too little money. Fund it and order again."),
    "AM05": ("중복된 지급입니다.", "The bank has this payment already. Don't order it again; look for the first."),
    "AM09": ("금액이 틀렸습니다.", "The amount is wrong. Compare it with the ledger."),
    "AM10": ("합계가 맞지 않습니다.", "The control sum does not agree. Make the order again from the ledger."),
    "BE01": ("예금주명이 계좌와 다릅니다.", "Name and account do not belong together. Check both with the merchant."),
    "CURR": ("통화가 틀렸습니다.", "The currency is wrong. Orders are in won."),
    "CUST": ("고객의 요청으로 반환되었습니다.", "The customer asked for the return. Ask the merchant why."),
    "DT01": ("지급일이 틀렸습니다.", "The date is not possible. Order for the next business day."),
    "DUPL": ("중복된 지급입니다.", "The bank has this payment already. Don't order it again; look for the first."),
    "FF01": ("전문 형식이 틀렸습니다.", "The bank could not read the file. Send it again, or ask the bank."),
    "MD07": ("예금주가 사망했습니다.", "The customer is dead. Ask for the heirs' account."),
    "MS02": ("사유를 밝히지 않았습니다(고객).", "The customer gave no reason. Ask the merchant."),
    "MS03": ("사유를 밝히지 않았습니다(은행).", "The bank gave no reason. Ask the bank."),
    "RC01": ("은행 코드가 틀렸습니다.", "The bank code is wrong. Correct it in the file of accounts."),
    "RR04": ("법령에 따라 거절되었습니다.", "Refused for a regulatory reason. Ask the bank what is needed."),
    "TM01": ("마감 시간이 지났습니다.", "It came after the cut-off. Order for the next business day."),
}
_UNKNOWN = ("은행에 사유를 문의하십시오.", "Ask the bank what this reason means.")


def explain(reason: str) -> tuple[str, str]:
    """A reason in Korean and in English, with what to do; the advice to ask the bank where the code is not known."""
    return _WORDS.get(reason, _UNKNOWN)
