//! How deep a microcontroller's stack can get, according to its image.
//!
//! This is read from the image: how much each function's instructions take off the stack pointer,
//! and which functions they call. That needs no tool except the `object` crate and covers
//! everything that was linked, no matter what compiled it. (`-Z emit-stack-sizes` needs a nightly
//! compiler, leaves out assembly, and says nothing about calls.)
//!
//! If the image does not show something, the worst case is assumed:
//!
//! - Everything that a function ever takes off the stack pointer counts at once.
//! - A tail call counts like any other call.
//! - A call through a pointer reaches every function whose address is stored anywhere in the image.
//!
//! A panic ends the program, so the stack that it needs is not counted.

use std::collections::{BTreeMap, BTreeSet};

use object::read::elf::ElfFile32;
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};

use crate::sh::Result;

/// What the processor itself puts on the stack on an interrupt, with floating point and alignment,
/// in bytes.
const EXCEPTION: u32 = 108;

/// How many calls through pointers are followed within each other.
const POINTERS: usize = 3;

/// The greatest depth of an image's stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// The calls from the start of the program to the deepest point, with their frames.
    pub program: Vec<(String, u32)>,
    /// The same for the interrupt that takes the most stack.
    pub interrupt: Vec<(String, u32)>,
}

impl Stack {
    /// In bytes; an interrupt may come at the deepest point.
    pub fn deepest(&self) -> u32 {
        let sum = |chain: &[(String, u32)]| chain.iter().map(|(_, frame)| frame).sum::<u32>();
        let interrupt = if self.interrupt.is_empty() { 0 } else { EXCEPTION };
        sum(&self.program) + interrupt + sum(&self.interrupt)
    }

    /// The largest frames, in readable form.
    pub fn largest(&self) -> String {
        let mut frames: Vec<_> = self.program.iter().chain(&self.interrupt).collect();
        frames.sort_by_key(|(_, frame)| std::cmp::Reverse(*frame));
        let shown = frames.iter().take(6).map(|(name, frame)| format!("{name} {frame}"));
        shown.collect::<Vec<_>>().join(", ")
    }
}

/// What a function does with the stack.
#[derive(Debug, Default)]
struct Function {
    name: String,
    frame: u32,
    calls: BTreeSet<u32>,
    /// Whether it calls through pointers.
    pointers: bool,
}

/// The greatest depth of the stack in this image of a Cortex-M.
///
/// # Errors
/// If it is not one, or if it uses its stack in a way that is not understood.
pub fn of(elf: &ElfFile32<'_, Endianness>) -> Result<Stack> {
    let functions = functions(elf)?;
    let word = |at: &[u8; 4]| u32::from_le_bytes(*at);
    let mut vectors = Vec::new();
    let mut held = BTreeSet::new();
    for section in elf.sections() {
        let data = section.data().map_err(|error| error.to_string())?;
        let (words, _) = data.as_chunks::<4>();
        if section.name() == Ok(".vector_table") {
            vectors.extend(words.iter().map(word));
        } else if matches!(
            section.kind(),
            SectionKind::Text | SectionKind::ReadOnlyData | SectionKind::Data
        ) {
            held.extend(words.iter().map(word));
        }
    }
    let known = |address: &u32| (address & 1 == 1).then_some(address & !1);
    let known = |address: &u32| known(address).filter(|start| functions.contains_key(start));
    let pointed: Vec<u32> = held.iter().filter_map(known).collect();
    let mut depths = Depths { functions: &functions, through_pointers: Vec::new() };
    for _ in 0..POINTERS {
        let deepest = depths.deepest(&pointed)?;
        depths.through_pointers = deepest;
    }
    let [_, reset, handlers @ ..] = vectors.as_slice() else {
        return Err("an image without a vector table".into());
    };
    let reset: Vec<u32> = known(reset).into_iter().collect();
    let handlers: BTreeSet<u32> = handlers.iter().filter_map(known).collect();
    let handlers: Vec<u32> = handlers.into_iter().collect();
    let named = |chain: Vec<u32>| {
        let name = |start: &u32| functions.get(start).map(|f| (short(&f.name), f.frame));
        chain.iter().filter_map(name).collect::<Vec<_>>()
    };
    let program = named(depths.deepest(&reset)?);
    if program.is_empty() {
        return Err("an image whose entry point is not a function".into());
    }
    Ok(Stack { program, interrupt: named(depths.deepest(&handlers)?) })
}

/// The deepest chains of calls.
struct Depths<'f> {
    functions: &'f BTreeMap<u32, Function>,
    /// The deepest chain that a call through a pointer can start.
    through_pointers: Vec<u32>,
}

impl Depths<'_> {
    fn sum(&self, chain: &[u32]) -> u32 {
        chain.iter().filter_map(|start| self.functions.get(start)).map(|f| f.frame).sum()
    }

    /// The deepest chain that begins with one of these functions.
    fn deepest(&self, starts: &[u32]) -> Result<Vec<u32>> {
        let (mut known, mut above) = (BTreeMap::new(), Vec::new());
        let mut deepest = Vec::new();
        for &start in starts {
            let chain = self.chain(start, &mut known, &mut above)?;
            if self.sum(&chain) > self.sum(&deepest) {
                deepest = chain;
            }
        }
        Ok(deepest)
    }

    fn chain(
        &self,
        start: u32,
        known: &mut BTreeMap<u32, Vec<u32>>,
        above: &mut Vec<u32>,
    ) -> Result<Vec<u32>> {
        if let Some(chain) = known.get(&start) {
            return Ok(chain.clone());
        }
        let counts = |function: &&Function| !function.name.contains("4core9panicking");
        let Some(function) = self.functions.get(&start).filter(counts) else {
            return Ok(Vec::new());
        };
        if above.contains(&start) {
            return Err(format!(
                "{} calls itself, so the depth of its stack has no limit",
                short(&function.name)
            ));
        }
        above.push(start);
        let mut deepest =
            if function.pointers { self.through_pointers.clone() } else { Vec::new() };
        for &call in &function.calls {
            let chain = self.chain(call, known, above)?;
            if self.sum(&chain) > self.sum(&deepest) {
                deepest = chain;
            }
        }
        above.pop();
        deepest.insert(0, start);
        known.insert(start, deepest.clone());
        Ok(deepest)
    }
}

/// All functions, by their addresses.
fn functions(elf: &ElfFile32<'_, Endianness>) -> Result<BTreeMap<u32, Function>> {
    // Where code begins, and where data within code begins.
    let (mut starts, mut code) = (BTreeMap::new(), BTreeMap::new());
    for symbol in elf.symbols() {
        let (name, address) = (symbol.name().unwrap_or_default(), symbol.address() as u32);
        match (name.get(..2), symbol.kind()) {
            (Some("$t"), _) => drop(code.insert(address, true)),
            (Some("$d"), _) => drop(code.insert(address, false)),
            (_, SymbolKind::Text) if symbol.is_definition() => {
                starts.insert(address & !1, name.to_owned());
            }
            _ => {}
        }
    }
    let mut functions = BTreeMap::new();
    for section in elf.sections().filter(|section| section.kind() == SectionKind::Text) {
        let data = section.data().map_err(|error| error.to_string())?;
        let base = section.address() as u32;
        let end = base + data.len() as u32;
        let within: Vec<_> = starts.range(base..end).collect();
        for (n, &(&start, name)) in within.iter().enumerate() {
            let until = within.get(n + 1).map_or(end, |(next, _)| **next);
            let code = |at: u32| code.range(..=at).next_back().is_none_or(|(_, code)| *code);
            let function = decode(data, base, start..until, code)
                .map_err(|error| format!("{}: {error}", short(name)))?;
            functions.insert(start, Function { name: name.clone(), ..function });
        }
    }
    Ok(functions)
}

/// Reads the instructions of a function: Thumb, as in the ARMv8-M manual, chapter C2.
fn decode(
    data: &[u8],
    base: u32,
    range: std::ops::Range<u32>,
    code: impl Fn(u32) -> bool,
) -> Result<Function> {
    let half = |at: u32| {
        let at = (at - base) as usize;
        data.get(at..at + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
    };
    let mut function = Function::default();
    // The constants that were loaded into the registers from literal pools.
    let mut loaded = [None; 8];
    let mut at = range.start;
    while at < range.end {
        let Some(one) = half(at) else { break };
        if !code(at) {
            at += 2;
            continue;
        }
        let here = at;
        at += 2;
        // The target of a branch with an offset of the given number of bits, in halfwords.
        let target = |offset: u32, bits: u32| {
            let shift = 32 - bits;
            let offset = ((offset << shift) as i32 >> shift) * 2;
            (here + 4).wrapping_add_signed(offset)
        };
        let mut branch = |to: u32| {
            if !range.contains(&to) {
                function.calls.insert(to);
            }
        };
        if one >> 11 < 0b11101 {
            match one {
                // push
                0xb400..=0xb5ff => function.frame += 4 * (one & 0x1ff).count_ones(),
                // sub sp, #
                0xb080..=0xb0ff => function.frame += 4 * u32::from(one & 0x7f),
                // ldr r, [pc, #]
                0x4800..=0x4fff => {
                    let place = ((here + 4) & !3) + 4 * u32::from(one & 0xff);
                    let word = half(place).zip(half(place + 2));
                    loaded[usize::from(one >> 8 & 7)] =
                        word.map(|(low, high)| u32::from(low) | u32::from(high) << 16);
                }
                // add sp, r
                _ if one & 0xff87 == 0x4485 => {
                    let register = usize::from(one >> 3 & 0xf);
                    let Some(Some(by)) = loaded.get(register) else {
                        return Err(format!("{here:#x}: it is not clear how large a frame is"));
                    };
                    // Adding a positive value gives the frame back.
                    function.frame += (*by as i32).min(0).unsigned_abs();
                }
                // blx r, bx r; not bx lr
                _ if one & 0xff87 == 0x4780 => function.pointers = true,
                _ if one & 0xff87 == 0x4700 && one != 0x4770 => function.pointers = true,
                // b
                0xe000..=0xe7ff => branch(target(u32::from(one & 0x7ff), 11)),
                0xd000..=0xddff => branch(target(u32::from(one & 0xff), 8)),
                _ => {}
            }
            continue;
        }
        let Some(two) = half(at) else { break };
        at += 2;
        let (first, second) = (u32::from(one), u32::from(two));
        // The immediate of 12 bits, in three parts.
        let immediate = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff;
        let long = || {
            let sign = first >> 10 & 1;
            let (j1, j2) = (second >> 13 & 1, second >> 11 & 1);
            let (i1, i2) = (j1 ^ sign ^ 1, j2 ^ sign ^ 1);
            sign << 23 | i1 << 22 | i2 << 21 | (first & 0x3ff) << 11 | second & 0x7ff
        };
        match (one, two) {
            // bl, b.w
            (0xf000..=0xf7ff, _) if second & 0xd000 == 0xd000 => {
                function.calls.insert(target(long(), 24));
            }
            (0xf000..=0xf7ff, _) if second & 0xd000 == 0x9000 => branch(target(long(), 24)),
            // b.w with a condition
            (0xf000..=0xf7ff, _) if second & 0xd000 == 0x8000 && first >> 7 & 7 != 7 => {
                let (sign, j1, j2) = (first >> 10 & 1, second >> 13 & 1, second >> 11 & 1);
                let high = sign << 19 | j2 << 18 | j1 << 17;
                branch(target(high | (first & 0x3f) << 11 | second & 0x7ff, 20));
            }
            // push.w, str r, [sp, #-4]!, strd r, r, [sp, #-]!, vpush
            (0xe92d, _) => function.frame += 4 * two.count_ones(),
            (0xf84d, _) if two & 0x0fff == 0x0d04 => function.frame += 4,
            (0xe96d, _) => function.frame += 4 * (second & 0xff),
            (0xed2d | 0xed6d, _) if two & 0x0e00 == 0x0a00 => {
                function.frame += 4 * (second & 0xff);
            }
            // sub.w sp, sp, #: a byte that is repeated or shifted; subw: as it is
            _ if one & 0xfbef == 0xf1ad && two & 0x8f00 == 0x0d00 => {
                function.frame += expand(immediate);
            }
            _ if one & 0xfbff == 0xf2ad && two & 0x8f00 == 0x0d00 => function.frame += immediate,
            // sub sp, sp, r
            (0xebad, _) if two & 0x8f00 == 0x0d00 => {
                return Err(format!("{here:#x}: it is not clear how large a frame is"));
            }
            _ => {}
        }
    }
    Ok(function)
}

/// The value that 12 bits of an instruction encode (`ThumbExpandImm`).
fn expand(immediate: u32) -> u32 {
    let byte = immediate & 0xff;
    match immediate >> 8 {
        0 => byte,
        1 => byte << 16 | byte,
        2 => byte << 24 | byte << 8,
        3 => byte * 0x0101_0101,
        _ => (0x80 | immediate & 0x7f).rotate_right(immediate >> 7),
    }
}

/// The end of a mangled name, in readable form: `Satellite::poll`.
fn short(mangled: &str) -> String {
    let Some(mut rest) = mangled.strip_prefix("_ZN").or_else(|| mangled.strip_prefix("_R")) else {
        return mangled.to_owned();
    };
    let mut parts = Vec::new();
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix('s').and_then(|rest| rest.split_once('_')) {
            // The disambiguator between crates of the same name.
            rest = after.1;
            continue;
        }
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (len, after) = rest.split_at(digits.max(first.len_utf8()));
        let part = len.parse().ok().and_then(|len| after.split_at_checked(len));
        rest = after;
        if let Some((part, after)) = part {
            // Types in it are written with `$LT$` and the like.
            parts.push(part.split('$').next().unwrap_or_default());
            rest = after;
        }
    }
    if mangled.starts_with("_ZN") {
        // A hash.
        parts.pop();
    }
    let last = parts.len().saturating_sub(2);
    parts[last..].join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The frame and the calls of these instructions, which lie at 0x100.
    fn decoded(halves: &[u16]) -> Result<(u32, Vec<u32>, bool)> {
        let data: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        let range = 0x100..0x100 + data.len() as u32;
        let function = decode(&data, 0x100, range, |_| true)?;
        Ok((function.frame, function.calls.into_iter().collect(), function.pointers))
    }

    /// Encoded as `llvm-mc` does.
    #[test]
    fn frames_are_read_from_instructions() {
        for (halves, frame) in [
            (&[0xb5f0_u16][..], 20),                    // push {r4-r7, lr}
            (&[0xb082], 8),                             // sub sp, #8
            (&[0xe92d, 0x4ff0], 36),                    // push.w {r4-r11, lr}
            (&[0xf84d, 0x8d04], 4),                     // str r8, [sp, #-4]!
            (&[0xed2d, 0x8b02], 8),                     // vpush {d8}
            (&[0xf5ad, 0x5d5f], 14_272),                // sub.w sp, sp, #14272
            (&[0xf6ad, 0x3db8], 3_000),                 // subw sp, sp, #3000
            (&[0x4f00, 0x44bd, 0xfac4, 0xffff], 1_340), // ldr r7, [pc]; add sp, r7
        ] {
            assert_eq!(decoded(halves).map(|all| all.0), Ok(frame), "{halves:x?}");
        }
        // add sp, r7 with an unknown value.
        assert!(decoded(&[0x44bd]).is_err());
    }

    #[test]
    fn calls_are_read_from_instructions() {
        // bl forwards and backwards, b.w out of the function, b within it, blx r0, bx lr
        assert_eq!(decoded(&[0xf000, 0xf87e]), Ok((0, vec![0x200], false)));
        assert_eq!(decoded(&[0xf7ff, 0xff7e]), Ok((0, vec![0], false)));
        assert_eq!(decoded(&[0xf000, 0xb87e]), Ok((0, vec![0x200], false)));
        assert_eq!(decoded(&[0xe7fe]), Ok((0, vec![], false)));
        assert_eq!(decoded(&[0x4780]), Ok((0, vec![], true)));
        assert_eq!(decoded(&[0x4770]), Ok((0, vec![], false)));
    }

    fn chain(functions: &[(u32, u32, &[u32], bool)], through: &[u32]) -> Result<Vec<u32>> {
        let functions = functions.iter().map(|&(start, frame, calls, pointers)| {
            let (name, calls) = (format!("{start}"), calls.iter().copied().collect());
            (start, Function { name, frame, calls, pointers })
        });
        let functions = functions.collect();
        let depths = Depths { functions: &functions, through_pointers: through.to_vec() };
        depths.deepest(&[0])
    }

    #[test]
    fn the_deepest_chain_has_the_largest_sum() {
        let all = [
            (0, 10, &[1, 2][..], false),
            (1, 100, &[], false),
            (2, 20, &[3], true),
            (3, 70, &[], false),
            (4, 90, &[], false),
        ];
        assert_eq!(chain(&all, &[]), Ok(vec![0, 1]));
        assert_eq!(chain(&all, &[4]), Ok(vec![0, 2, 4]));
        let error = chain(&[(0, 1, &[1], false), (1, 1, &[0], false)], &[]).unwrap_err();
        assert!(error.contains("calls itself"), "{error}");
    }

    #[test]
    fn names_are_shortened() {
        let name = "_ZN15sayso_satellite9satellite18Satellite$LT$B$GT$4poll17h7009dd79163aaee1E";
        assert_eq!(short(name), "Satellite::poll");
        let name = "_RNvNtCs2hPrb6YBhWE_17compiler_builtins3mem6memcpy";
        assert_eq!(short(name), "mem::memcpy");
        assert_eq!(short("DMA_IRQ_0"), "DMA_IRQ_0");
    }
}
