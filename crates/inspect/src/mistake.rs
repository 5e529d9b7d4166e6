//! The mistakes that are made in writing x402, each with a name and a sentence.

use core::fmt;

/// One row per mistake: variant, code, and what to do instead.
macro_rules! mistakes {
    ($( $(#[$meta:meta])* $Variant:ident: $code:literal, $says:literal; )+) => {
        /// Something that was written otherwise than x402 writes it, and what was meant.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[non_exhaustive]
        pub enum Mistake {
            $( #[doc = concat!("`", $code, "`: ", $says, ".")] $(#[$meta])* $Variant, )+
        }

        impl Mistake {
            /// Every mistake.
            pub const ALL: &'static [Self] = &[ $( Self::$Variant, )+ ];

            /// Its stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$Variant => $code, )+ }
            }

            const fn says(self) -> &'static str {
                match self { $( Self::$Variant => $says, )+ }
            }
        }
    };
}

mistakes! {
    RawJson: "raw_json", "this is the JSON itself; the header carries its base64";
    Quoted: "quoted", "quotation marks stand around it; leave them out";
    WhiteSpace: "white_space", "white space stands inside the base64, from a line break perhaps; leave it out";
    UrlSafe: "url_safe_base64", "this is the url-safe alphabet of base64; the header takes the standard one, with + and /";
    Padding: "base64_padding", "the padding of the base64 is missing or wrong; its length is a multiple of four with = at the end";
    Trailing: "base64_canonical", "the last symbol of the base64 has bits that mean nothing; another encoder wrote or changed it";
    PercentEncoded: "percent_encoded", "this was written for a URL; a header carries + / and = as they are";
    Hexadecimal: "hexadecimal", "these are hexadecimal digits; the header carries base64";
    EncodedTwice: "encoded_twice", "this was encoded twice; encode once";
    JsonInText: "json_in_text", "the JSON stands inside a JSON text; encode the object, not its text";
    /// Servers of either version read the one header only, so such a payment is as good as none (catalogue row 14).
    OldPaymentInNewHeader: "v1_payment_in_v2_header", "a payment of version 1 in the header of version 2; it belongs into X-PAYMENT";
    NewPaymentInOldHeader: "v2_payment_in_v1_header", "a payment of version 2 in the header of version 1; it belongs into PAYMENT-SIGNATURE";
    OtherHeader: "wrong_header", "this object does not belong into this header";
    OldAmount: "v1_amount", "`maxAmountRequired` is version 1's word; version 2 says `amount`";
    NewAmount: "v2_amount", "`amount` is version 2's word; version 1 says `maxAmountRequired`";
    OldNetwork: "v1_network", "this is version 1's name of a network; version 2 writes CAIP-2, such as eip155:8453";
    NewNetwork: "v2_network", "this is CAIP-2; version 1 writes a short name, such as base";
    NumberAmount: "number_amount", "an amount is text, in quotation marks: a JSON number would lose digits in many readers";
    DecimalAmount: "decimal_amount", "an amount is in the smallest unit of the token, in digits only: 0.01 USDC is \"10000\"";
    Extension: "extension", "an extension is not what its specification says; whoever knows it cannot read it";
    /// What is wrong with it, the facts say.
    Statement: "statement", "this is signed by nobody: the signature is malformed, or not of the key that is named";
    OtherStatement: "other_statement", "what is signed is of something else than what stands beside it";
    BarePayload: "bare_payload", "this is what belongs into the member `payload` of a payment, without the payment around it";
    BareOffer: "bare_offer", "this is one offer; a 402 carries a list of them in `accepts`";
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.says())
    }
}
