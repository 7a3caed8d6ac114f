//! Messages of Protocol Buffers, written field by field: as much of the format as an exported net needs.
//!
//! Source: "Encoding", protobuf.dev/programming-guides/encoding. A field is its number and one of these kinds; a message within a message is
//! bytes with their length before them. Not for reading: the tests have a reader of their own.

/// A message so far.
#[derive(Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn new() -> Message {
        Message::default()
    }

    /// Seven bits a byte, the lowest first, the eighth says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// Any integer or enumeration that is not negative.
    pub(super) fn number(mut self, field: u32, value: u64) -> Message {
        self.varint(u64::from(field) << 3);
        self.varint(value);
        self
    }

    /// Bytes, text, and packed numbers.
    pub(super) fn bytes(mut self, field: u32, bytes: &[u8]) -> Message {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn text(self, field: u32, text: &str) -> Message {
        self.bytes(field, text.as_bytes())
    }

    pub(super) fn message(self, field: u32, message: Message) -> Message {
        self.bytes(field, &message.0)
    }

    /// An entry of a `map<string, ...>`: key 1, value 2.
    pub(super) fn entry(self, field: u32, key: &str, value: Message) -> Message {
        self.message(field, Message::new().text(1, key).message(2, value))
    }

    /// Repeated integers, packed.
    pub(super) fn numbers(self, field: u32, values: &[u64]) -> Message {
        let mut packed = Message::new();
        values.iter().for_each(|&value| packed.varint(value));
        self.message(field, packed)
    }

    /// One after another.
    pub(super) fn each<T>(
        self,
        items: impl IntoIterator<Item = T>,
        add: impl Fn(Message, T) -> Message,
    ) -> Message {
        items.into_iter().fold(self, add)
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the format's own description.
    #[test]
    fn the_examples_of_the_format() {
        let check = |message: Message, bytes: &[u8]| assert_eq!(message.into_bytes(), bytes);
        check(Message::new().number(1, 150), &[0x08, 0x96, 0x01]);
        let testing = b"\x12\x07testing";
        check(Message::new().text(2, "testing"), testing);
        let inner = Message::new().number(1, 150);
        check(
            Message::new().message(3, inner),
            &[0x1a, 0x03, 0x08, 0x96, 0x01],
        );
        check(
            Message::new().numbers(6, &[3, 270, 86_942]),
            &[0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05],
        );
        check(Message::new().number(1, 0), &[0x08, 0x00]);
        check(
            Message::new().number(502, u64::MAX),
            &[
                0xb0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
            ],
        );
    }
}
