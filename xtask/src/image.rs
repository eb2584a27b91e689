//! Images to flash: their size, and the UF2 form for boards that appear as a drive.

use std::fs;
use std::path::Path;

use object::read::elf::{ElfFile32, ProgramHeader};
use object::{Endianness, Object, ObjectSection, SectionFlags, elf};

use crate::sh::Result;
use crate::stack::{self, Stack};

/// Where a microcontroller's RAM begins; the same on all of Arm's.
const RAM: u64 = 0x2000_0000;

/// How much memory an image takes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Code, constants, and the initial values of variables.
    pub flash: u64,
    /// Variables; the stack comes on top of them.
    pub ram: u64,
}

/// The bytes of an ELF file.
pub struct Image(Vec<u8>);

impl Image {
    /// Reads `file`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(file: &Path) -> Result<Self> {
        fs::read(file).map(Self).map_err(|error| format!("{}: {error}", file.display()))
    }

    fn elf(&self) -> Result<ElfFile32<'_, Endianness>> {
        ElfFile32::parse(self.0.as_slice()).map_err(|error| format!("not an ELF image: {error}"))
    }

    /// Counts as `size` does: flash is text and data, RAM is data and bss.
    ///
    /// # Errors
    /// If it is not a 32-bit ELF file.
    pub fn size(&self) -> Result<Size> {
        let mut size = Size { flash: 0, ram: 0 };
        for section in self.elf()?.sections() {
            let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
            if sh_flags & u64::from(elf::SHF_ALLOC) == 0 {
                continue;
            }
            // Zero bytes if the section only reserves memory and is not in the file.
            size.flash += section.file_range().map_or(0, |(_, bytes)| bytes);
            if section.address() >= RAM {
                size.ram += section.size();
            }
        }
        Ok(size)
    }

    /// How deep its stack gets.
    ///
    /// # Errors
    /// If it is not an image of a Cortex-M, or if it uses its stack in a way that is not
    /// understood.
    pub fn stack(&self) -> Result<Stack> {
        stack::of(&self.elf()?)
    }

    /// Converts it to UF2 for a chip of this family. UF2 is Microsoft's format for boards that
    /// flash a file copied to their drive (github.com/microsoft/uf2).
    ///
    /// # Errors
    /// If it is not a 32-bit ELF file, or if none of it goes into flash.
    pub fn uf2(&self, family: u32) -> Result<Vec<u8>> {
        let file = self.elf()?;
        let mut pages = std::collections::BTreeMap::<u32, [u8; PAGE]>::new();
        for segment in file.elf_program_headers() {
            let endian = file.endian();
            if segment.p_type(endian) != elf::PT_LOAD {
                continue;
            }
            let bytes = segment
                .data(endian, self.0.as_slice())
                .map_err(|()| "an ELF image that ends too early".to_owned())?;
            for (at, byte) in (segment.p_paddr(endian)..).zip(bytes) {
                let page = pages.entry(at / PAGE as u32).or_insert([0; PAGE]);
                page[at as usize % PAGE] = *byte;
            }
        }
        if pages.is_empty() {
            return Err("an ELF image without content".into());
        }
        let count = pages.len() as u32;
        let block = |(number, (page, bytes)): (usize, (u32, [u8; PAGE]))| {
            let mut block = [0; 512];
            let head = [
                0x0a32_4655,
                0x9e5d_5157,
                // Flag: the family is given.
                0x0000_2000,
                page * PAGE as u32,
                PAGE as u32,
                number as u32,
                count,
                family,
            ];
            for (place, word) in block.chunks_exact_mut(4).zip(head) {
                place.copy_from_slice(&word.to_le_bytes());
            }
            block[32..32 + PAGE].copy_from_slice(&bytes);
            block[508..].copy_from_slice(&0x0ab1_6f30_u32.to_le_bytes());
            block
        };
        Ok(pages.into_iter().enumerate().flat_map(block).collect())
    }
}

/// Bytes per block; a block is one page of flash.
const PAGE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    /// An ELF file with 300 bytes at `at`.
    fn image(at: u32) -> Image {
        let mut file = vec![0u8; 52 + 32 + 300];
        file[..20].copy_from_slice(&[
            0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 40, 0,
        ]);
        let mut word =
            |at: usize, value: u32| file[at..at + 4].copy_from_slice(&value.to_le_bytes());
        word(20, 1);
        word(28, 52);
        word(40, 52 | 32 << 16);
        word(44, 1 | 40 << 16);
        for (n, value) in [1, 84, at, at, 300, 300, 5, 4].into_iter().enumerate() {
            word(52 + 4 * n, value);
        }
        file[84..].iter_mut().enumerate().for_each(|(n, byte)| *byte = n as u8 | 1);
        Image(file)
    }

    #[test]
    fn uf2_has_the_bytes_at_their_addresses() {
        let uf2 = image(0x1000_0080).uf2(7).unwrap();
        let word = |block: usize, n: usize| {
            u32::from_le_bytes(uf2[512 * block + 4 * n..][..4].try_into().unwrap())
        };
        assert_eq!(uf2.len(), 1024);
        for block in 0..2 {
            assert_eq!((word(block, 0), word(block, 1)), (0x0a32_4655, 0x9e5d_5157));
            assert_eq!((word(block, 4), word(block, 6), word(block, 7)), (256, 2, 7));
            assert_eq!(word(block, 5) as usize, block);
            assert_eq!(word(block, 127), 0x0ab1_6f30);
        }
        assert_eq!((word(0, 3), word(1, 3)), (0x1000_0000, 0x1000_0100));
        assert!(uf2[32..32 + 128].iter().all(|&byte| byte == 0));
        assert_eq!(uf2[32 + 128..32 + 131], [1, 1, 3]);
    }

    #[test]
    fn a_file_that_is_no_image_is_refused() {
        assert!(Image(b"#!/bin/sh".to_vec()).size().is_err());
        assert!(Image(Vec::new()).uf2(7).is_err());
    }
}
